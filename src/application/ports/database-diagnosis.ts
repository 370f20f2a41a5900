import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { Checkpoint } from './event-names.ts';
import type { OpenRequest } from './sealer.ts';

export type ServerFacts = Readonly<{
  /** As PostgreSQL counts: 180004 is 18.4. */
  version: number;
  /** The server's clock. */
  now: Instant;
}>;

/** Data keys wrapped by one key-encryption key, and something sealed under one of them, if anything is. */
export type KeyUse = Readonly<{ keyEncryptionKeyId: string; dataKeys: number; sample: OpenRequest | null }>;

export type RecentTroubles = Readonly<{
  /** Connects that were refused within the last day, of the newest entries of the security log. `tiktok` is what TikTok said. */
  refused: readonly Readonly<{ code: string; tiktok: string | null; count: number }>[];
  reauthorization: readonly Readonly<{ reason: string; count: number }>[];
  /** Active connections whose access token has ended. */
  expired: number;
}>;

/** What only the database can tell about itself. */
export interface DatabaseDiagnosis {
  server(): ResultAsync<ServerFacts, Unavailable>;
  /** Whether statements of one connection may reach different sessions: a pooler in transaction mode stands between. */
  sessionsAreShared(): ResultAsync<boolean, Unavailable>;
  keysInUse(): ResultAsync<readonly KeyUse[], Unavailable>;
  /** What our role may not do in our schema, each as it ends "may not …". */
  missingRights(): ResultAsync<readonly string[], Unavailable>;
  recentTroubles(): ResultAsync<RecentTroubles, Unavailable>;
  /** Where the rows that readers see stand in the feed, by projection. */
  checkpoints(): ResultAsync<ReadonlyMap<string, Checkpoint | null>, Unavailable>;
}
