import type { Result, ResultAsync } from 'neverthrow';
import type { ConnectionId, OpenId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { KeyRecord } from './data-key-records.ts';
import type { StreamName } from './event-names.ts';
import type { OpenFailure, OpenRequest } from './sealer.ts';
import type { Unavailable } from '../failures.ts';

export type WarmGrant = Readonly<{
  connectionId: ConnectionId;
  stream: StreamName;
  /** At least 1. */
  minValidityMillis: number;
  principal: string;
  reason: string | null;
}>;

export type WarmToken = Readonly<{
  token: Secret<string>;
  expiresAt: Instant;
  scopes: readonly Scope[];
  openId: OpenId | null;
  revision: number;
}>;

/** Opens with a data key that was read beside the sealed value. */
export type OpenWithKey = (request: OpenRequest, key: KeyRecord) => Result<Secret<string>, OpenFailure>;

/** The short way for what needs no refresh, where history and read model share one database. */
export interface WarmTokens {
  /**
   * In one statement: reads the token, and enters the grant into the security log. Null, and no entry, when the read model
   * is behind the stream's head or the token lives too short. Null after the entry when the token does not open.
   */
  grant(wanted: WarmGrant): ResultAsync<WarmToken | null, Unavailable>;
}
