import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Service } from '../execution/principal.ts';
import { connectionStream } from '../execution/streams.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { WarmTokens } from '../ports/warm-tokens.ts';
import type { Unavailable } from '../failures.ts';
import { freshAccessToken, type AccessToken, type FreshTokenPorts } from './fresh-access-token.ts';
import type { RefreshFailure } from './refresh-tokens.ts';

export interface GrantPorts extends FreshTokenPorts {
  readonly securityLog: SecurityLog;
  /** Null where history and read model do not share a database. */
  readonly warmTokens: WarmTokens | null;
}

export type GrantRequest = Readonly<{
  connectionId: ConnectionId;
  /** 0 to 3,600,000. */
  minValidityMillis: number;
  /** Why the service wants it, in its own words; goes into the security log. */
  reason: string | null;
}>;

/** Hands an access token to a service. Nobody has it before the security log says so. */
export const grantAccessToken = async (
  ports: GrantPorts,
  context: CommandContext,
  service: Service,
  { connectionId, minValidityMillis, reason }: GrantRequest,
): Promise<Result<AccessToken, RefreshFailure | Unavailable>> => {
  const principal = `service:${service.keyId}`;
  const wanted = { connectionId, stream: connectionStream(connectionId), minValidityMillis: Math.max(1, minValidityMillis), principal, reason };
  const warm = ports.warmTokens === null ? ok(null) : await ports.warmTokens.grant(wanted);
  if (warm.isOk() && warm.value !== null) return ok(warm.value);
  const token = await freshAccessToken(ports, context, connectionId, minValidityMillis);
  if (token.isErr()) return err(token.error);
  const { revision, expiresAt } = token.value;
  const logged = await ports.securityLog.record({
    kind: 'access_token_granted',
    detail: { reason, revision, expires_at: expiresAt },
    principal,
    connectionId,
  });
  return logged.isErr() ? err(logged.error) : ok(token.value);
};
