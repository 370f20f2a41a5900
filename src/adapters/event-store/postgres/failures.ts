import pg from 'pg';
import { z } from 'zod';
import { unavailable, type Unavailable } from '../../../application/failures.ts';

/** Error codes and fixed texts only: what the server says may quote stored data. */
const reasonOf = (error: unknown): string => {
  if (error instanceof pg.DatabaseError) return `PostgreSQL answered ${error.code ?? 'without a code'}`;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return `PostgreSQL is out of reach: ${error.code}`;
  if (error instanceof z.ZodError) return 'PostgreSQL answered in another shape than expected';
  return error instanceof Error ? `PostgreSQL is out of reach: ${error.message}` : 'PostgreSQL is out of reach';
};

export const storeUnavailable = (error: unknown): Unavailable => unavailable('event_store', reasonOf(error));

const uniqueViolation = '23505';
const dataException = '22';

export type FailedOutcome = 'conflict' | 'refused-value' | 'nothing-written' | 'unknown';

/**
 * What an error after sending an append means. An error of the statement ended its transaction: nothing was written.
 * A session that ended, or an answer that did not come in time, may have come after the commit.
 */
export const outcomeOf = (error: unknown): FailedOutcome => {
  if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') return 'unknown';
  if (error.code === uniqueViolation) return 'conflict';
  return error.code?.startsWith(dataException) === true ? 'refused-value' : 'nothing-written';
};
