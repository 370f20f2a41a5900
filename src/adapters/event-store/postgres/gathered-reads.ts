import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import { storeUnavailable } from './failures.ts';
import { eventColumns, eventRows, type EventRow } from './rows.ts';

export type OneToRead = Readonly<{ stream: StreamName; fromRevision: number; limit: number }>;

type ReadResult = Result<readonly EventRow[], Unavailable>;
/** The events of one stream, in their order. */
export type ReadOne = (one: OneToRead) => Promise<ReadResult>;
type Waiting = OneToRead & Readonly<{ settle: (result: ReadResult) => void }>;

const alone = {
  name: 'read_stream',
  text: `select ${eventColumns} from tiktok_connections.events e where e.stream = $1 and e.revision >= $2 order by e.revision limit $3`,
};

// Each by itself from the index of the stream's order, whatever the planner thinks of the size of the table.
const together = {
  name: 'read_streams',
  text: `select r.place::integer as place, e.* from unnest($1::text[], $2::integer[], $3::integer[]) with ordinality as r (stream, from_revision, most, place)
    cross join lateral (select ${eventColumns} from tiktok_connections.events e
      where e.stream = r.stream and e.revision >= r.from_revision order by e.revision limit r.most) as e
    order by r.place, e.revision`,
};

/** A page of a long history, as exports and audits read it, is an answer large enough by itself. */
const longestGathered = 256;
const mostTogether = 32;

const readAlone = async (pool: pg.Pool, { stream, fromRevision, limit }: OneToRead): Promise<ReadResult> => {
  try {
    return ok(eventRows.parse((await pool.query({ ...alone, values: [stream, fromRevision, limit] })).rows));
  } catch (error) {
    return err(storeUnavailable(error));
  }
};

const placeOf = (row: object): number => ('place' in row && typeof row.place === 'number' ? row.place : 0);

const readTogether = async (pool: pg.Pool, several: readonly OneToRead[]): Promise<readonly ReadResult[]> => {
  try {
    const values = [several.map(({ stream }) => stream), several.map(({ fromRevision }) => fromRevision), several.map(({ limit }) => limit)];
    const rows = eventRows.parse((await pool.query({ ...together, values })).rows);
    const pages: EventRow[][] = several.map(() => []);
    for (const row of rows) pages[placeOf(row) - 1]?.push(row);
    return pages.map((page) => ok(page));
  } catch (error) {
    const failed = err(storeUnavailable(error));
    return several.map(() => failed);
  }
};

/** Reads of streams. Those asked for in one turn of the event loop are one statement; one that comes alone waits for nobody. */
export const gatherReads = (pool: pg.Pool): ReadOne => {
  let waiting: Waiting[] = [];

  const send = async (some: readonly Waiting[]): Promise<void> => {
    const [only] = some;
    const results = some.length === 1 && only !== undefined ? [await readAlone(pool, only)] : await readTogether(pool, some);
    results.forEach((result, place) => some[place]?.settle(result));
  };

  const sendAll = (): void => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += mostTogether) send(all.slice(from, from + mostTogether)).catch(() => undefined);
  };

  return (one) => {
    if (one.limit > longestGathered) return readAlone(pool, one);
    return new Promise((settle) => {
      // Runs when all that this turn brings in has been looked at.
      if (waiting.length === 0) setImmediate(sendAll);
      waiting.push({ ...one, settle });
    });
  };
};
