import type { ResultAsync } from 'neverthrow';
import type { Unavailable } from '../failures.ts';

export type IdempotencyClaim =
  /** The caller may run; `complete` or `release` must follow within the lease of 60 s. */
  | Readonly<{ kind: 'Claimed' }>
  /** An earlier request with the same body made this resource. */
  | Readonly<{ kind: 'Completed'; resource: string }>
  /** An earlier request with the same key and body still runs. */
  | Readonly<{ kind: 'Running' }>
  /** The key was used with another body. */
  | Readonly<{ kind: 'Reused' }>;

/** `scope` is route and end user, or route and `service`. Kept 24 hours. */
export type IdempotencyKey = Readonly<{ scope: string; key: string }>;

export interface IdempotencyRecords {
  claim(key: IdempotencyKey, bodyDigest: string): ResultAsync<IdempotencyClaim, Unavailable>;
  complete(key: IdempotencyKey, resource: string): ResultAsync<void, Unavailable>;
  /** Forgets a claim whose request failed, so that it may be tried again. */
  release(key: IdempotencyKey): ResultAsync<void, Unavailable>;
}
