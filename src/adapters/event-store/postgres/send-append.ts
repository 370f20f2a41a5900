import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { AppendFailure } from '../../../application/ports/event-store.ts';
import { outcomeOf, storeUnavailable, type FailedOutcome } from './failures.ts';

/** A statement that failed, and what that means for every append in it. */
export type SendFailure = Readonly<{ outcome: FailedOutcome; because: Unavailable }>;

/** Runs one statement of one or more appends. */
export const sendAppend = async (pool: pg.Pool, query: pg.QueryConfig): Promise<Result<readonly unknown[], SendFailure>> => {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return err({ outcome: 'nothing-written', because: storeUnavailable(error) });
  }
  try {
    const { rows } = await client.query(query);
    client.release();
    return ok(rows);
  } catch (error) {
    const outcome = outcomeOf(error);
    client.release(outcome === 'unknown');
    return err({ outcome, because: storeUnavailable(error) });
  }
};

export const appendFailureOf = ({ outcome, because }: SendFailure, stream: StreamName): AppendFailure => {
  switch (outcome) {
    case 'conflict':
      return { kind: 'Conflict', stream };
    case 'unknown':
      return { kind: 'OutcomeUnknown', stream };
    case 'refused-value':
    case 'nothing-written':
      return because;
  }
};
