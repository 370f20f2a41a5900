import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';

/** At most `limit` uses of `name` within any `windowMillis`. */
export type Quota = Readonly<{ name: string; limit: number; windowMillis: number }>;

export type QuotaUse = Readonly<{ quota: Quota; used: number; freeAt: Instant | null }>;

/** @param use names what uses it: repeating it uses nothing more */
export type WantedQuota = Readonly<{ use: string; quota: Quota }>;

export type QuotaAnswer =
  | Readonly<{ kind: 'Granted' }>
  /** None of them was used; `quota` is the one that is free last. */
  | Readonly<{ kind: 'Exhausted'; quota: Quota; freeAt: Instant }>;

/** The ledger that all replicas share. */
export interface PublishQuotas {
  /** Uses each of them once, or none. */
  take(wanted: readonly WantedQuota[]): ResultAsync<QuotaAnswer, Unavailable>;
  look(quotas: readonly Quota[]): ResultAsync<readonly QuotaUse[], Unavailable>;
}
