import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';

/** The one clock that all replicas share; deadlines between them are judged by it. */
export interface DatabaseClock {
  now(): ResultAsync<Instant, Unavailable>;
}
