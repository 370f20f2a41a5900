import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import { isBeyondEnd, type EventStore } from '../../../application/ports/event-store.ts';
import { nothing, rowsOf } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { liveCheckpoints } from './projection-state.ts';

/** Projections that did not come from the history as it stands now. */
export type OtherHistory = Readonly<{
  /** They followed another event store. */
  foreign: readonly string[];
  /** They have seen more than the event store holds: it was restored to an earlier moment. */
  ahead: readonly string[];
}>;

export const findOtherHistory = async (pool: pg.Pool, eventStore: EventStore): Promise<Result<OtherHistory, Unavailable>> => {
  const foreign: string[] = [];
  const ahead: string[] = [];
  try {
    const followed = Map.groupBy(await liveCheckpoints(pool), ([, checkpoint]) => checkpoint);
    for (const [checkpoint, projections] of followed) {
      if (checkpoint === null) continue;
      const reading = new AbortController();
      const feed = eventStore.feed({ after: checkpoint, streamPrefixes: [], batchSize: 1, live: false, signal: reading.signal });
      const first = await feed[Symbol.asyncIterator]().next();
      reading.abort();
      if (first.done === true || first.value.isOk()) continue;
      const refused = first.value.error;
      if (refused.kind === 'Unavailable') return err(refused);
      (isBeyondEnd(refused) ? ahead : foreign).push(...projections.map(([name]) => name));
    }
    return ok({ foreign, ahead });
  } catch (error) {
    return err(databaseUnavailable(error));
  }
};

const beginAnew = {
  name: 'projections.begin_anew',
  text: `update tiktok_connections.projections set checkpoint = null, fingerprint = 'of another history' where projection = any($1::text[])`,
};

/** Leaves projections to be built anew by whoever drives them; readers keep the rows they have until then. */
export const letBeginAnew = async (pool: pg.Pool, projections: readonly string[]): Promise<Result<void, Unavailable>> => {
  try {
    await rowsOf(pool, beginAnew, [projections], nothing);
    return ok();
  } catch (error) {
    return err(databaseUnavailable(error));
  }
};
