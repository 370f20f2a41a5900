import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { ApiScope } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';

export type ApiKey = Readonly<{
  /** 16 lower-case hex digits, the public part of `tck_<id>_<secret>`. */
  id: string;
  name: string;
  scopes: readonly ApiScope[];
  createdAt: Instant;
  revokedAt: Instant | null;
}>;

export interface ApiKeys {
  /** Keeps only the digest of the secret. */
  add(key: Readonly<{ id: string; name: string; scopes: readonly ApiScope[]; secretDigest: string }>): ResultAsync<ApiKey, Unavailable>;
  list(): ResultAsync<readonly ApiKey[], Unavailable>;
  /** Null when there is no such key. Every replica refuses a revoked key within a second. */
  revoke(id: string): ResultAsync<ApiKey | null, Unavailable>;
  /** The live key that this presented text names and proves; null otherwise. Compared in constant time. */
  verify(presented: Secret<string>): ResultAsync<ApiKey | null, Unavailable>;
}
