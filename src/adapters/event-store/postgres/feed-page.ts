import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import type { Place } from './checkpoints.ts';
import { storeUnavailable } from './failures.ts';
import { addressesOf, eventColumns, eventRows } from './rows.ts';

/** One step of the feed. */
export type FeedPage = Readonly<{
  entries: readonly EventAddress[];
  /** Everything up to here has been looked at. */
  next: Place;
  /** The page ended at a limit: more can be read at once. */
  full: boolean;
  /** Committed events wait until an older transaction has ended. */
  held: boolean;
}>;

// How far the feed may look now. Below the snapshot's xmin every transaction has ended, so nothing can still appear
// there; the place is compared and sorted by as a whole, for the order of positions alone is not that of commits.
// All of this is answered from the index of the feed's order, also before the table was ever analysed.
const reach = {
  name: 'feed_reach',
  text: `with scanned as materialized (
      select e.xid, e.position, e.stream ^@ any($3::text[]) as wanted
      from tiktok_connections.events e
      where (e.xid, e.position) > ($1::xid8, $2::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.position limit $4
    )
    select (select count(*)::integer from scanned) as scanned, (select count(*)::integer from scanned where wanted) as wanted,
      coalesce((select h.xid from tiktok_connections.events h order by h.xid desc, h.position desc limit 1)
        >= pg_snapshot_xmin(pg_current_snapshot()), false) as held,
      edge.xid, edge.position
    from (select) one left join lateral (select s.xid, s.position from scanned s order by s.xid desc, s.position desc limit 1) edge on true`,
};

// Nothing below the edge changes any more, so a later snapshot sees the same.
const wantedRows = {
  name: 'feed_rows',
  text: `select ${eventColumns} from tiktok_connections.events e
    where (e.xid, e.position) > ($1::xid8, $2::bigint) and (e.xid, e.position) <= ($5::xid8, $6::bigint) and e.stream ^@ any($3::text[])
    order by e.xid, e.position limit $4`,
};

const endOfLog = { name: 'feed_end', text: 'select e.xid, e.position from tiktok_connections.events e order by e.xid desc, e.position desc limit 1' };

const reached = z.tuple([
  z.object({ scanned: z.number(), wanted: z.number(), held: z.boolean(), xid: z.string().nullable(), position: z.string().nullable() }),
]);
const places = z.array(z.object({ xid: z.string(), position: z.string() }));

export type PageRequest = Readonly<{
  after: Place;
  /** Events given at most. */
  limit: number;
  /** Of the streams whose names begin with one of these; of all when empty. */
  prefixes: readonly string[];
  /** Events looked at, at most, for those of the wanted streams. */
  window: number;
}>;

/** How far one step may go. Nothing below its edge changes any more. */
export type Reach = Readonly<{ scanned: number; wanted: number; held: boolean; window: number; edge: Place | null }>;

const beginsOf = (prefixes: readonly string[]): readonly string[] => (prefixes.length === 0 ? [''] : prefixes);

export const readReach = async (pool: pg.Pool, { after, prefixes, window }: PageRequest): Promise<Result<Reach, Unavailable>> => {
  try {
    const values = [after.xid, after.position, beginsOf(prefixes), window];
    const [{ xid, position, ...found }] = reached.parse((await pool.query({ ...reach, values })).rows);
    return ok({ ...found, window, edge: xid === null || position === null ? null : { xid, position } });
  } catch (error) {
    return err(storeUnavailable(error));
  }
};

/** @param found of the same request */
export const readWithin = async (
  pool: pg.Pool,
  store: string,
  { after, limit, prefixes }: PageRequest,
  { scanned, wanted, held, window, edge }: Reach,
): Promise<Result<FeedPage, Unavailable>> => {
  if (edge === null) return ok({ entries: [], next: after, full: false, held });
  const full = scanned === window;
  if (wanted === 0) return ok({ entries: [], next: edge, full, held });
  try {
    const values = [after.xid, after.position, beginsOf(prefixes), limit, edge.xid, edge.position];
    const rows = eventRows.parse((await pool.query({ ...wantedRows, values })).rows);
    const last = rows.at(-1);
    const cut = rows.length < wanted && last !== undefined;
    return ok({ entries: addressesOf(store, rows), next: cut ? last : edge, full: cut || full, held });
  } catch (error) {
    return err(storeUnavailable(error));
  }
};

export const readFeedPage = async (pool: pg.Pool, store: string, request: PageRequest): Promise<Result<FeedPage, Unavailable>> => {
  const found = await readReach(pool, request);
  return found.isErr() ? err(found.error) : readWithin(pool, store, request, found.value);
};

/** The last committed place, also of what the feed may not show yet; null in an empty store. */
export const readEnd = async (pool: pg.Pool): Promise<Result<Place | null, Unavailable>> => {
  try {
    const [place] = places.parse((await pool.query(endOfLog)).rows);
    return ok(place ?? null);
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
