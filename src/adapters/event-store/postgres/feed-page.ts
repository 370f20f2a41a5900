import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import type { Place } from './checkpoints.ts';
import { storeUnavailable } from './failures.ts';
import { addressOf, eventColumns, eventRow } from './rows.ts';

/** What one query of the feed gave. */
export type FeedPage = Readonly<{
  entries: readonly EventAddress[];
  /** Everything up to here has been looked at. */
  next: Place;
  /** The query ended at its limit: more can be read at once. */
  full: boolean;
  /** Committed events wait until an older transaction has ended. */
  held: boolean;
}>;

// Below the snapshot's xmin every transaction has ended, so nothing can still appear there. Row order is the order of
// these statements only because the place itself is compared and sorted by: position order alone is not commit order.
const readable = `(e.xid, e.position) > ($1::xid8, $2::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())`;
const held = `exists (select from tiktok_connections.events h where h.xid >= pg_snapshot_xmin(pg_current_snapshot()))`;

const whole = {
  name: 'feed_page',
  text: `select ${eventColumns}, (select ${held}) as held
    from tiktok_connections.events e where ${readable} order by e.xid, e.position limit $3`,
};

// The scan stays in the index of the feed's order; only rows of the wanted streams are read. The last row, without a
// stream, is the end of the scan: what it passed need not be scanned again.
const filtered = {
  name: 'feed_page_filtered',
  text: `with scanned as materialized (
      select e.xid, e.position, e.stream ^@ any($4::text[]) as wanted
      from tiktok_connections.events e where ${readable} order by e.xid, e.position limit $5
    ), chosen as materialized (
      select xid, position from scanned where wanted order by xid, position limit $3
    )
    select e.*, false as held from chosen c cross join lateral (
      select ${eventColumns} from tiktok_connections.events e where e.xid = c.xid and e.position = c.position limit 1
    ) e
    union all
    (select s.xid, s.position, null, (select count(*)::integer from scanned), null, null, null, null, null, null, null, null, ${held}
    from scanned s order by s.xid desc, s.position desc limit 1)
    order by xid, position, stream nulls last`,
};

const heldAlone = { name: 'feed_held', text: `select ${held} as held` };
const endOfLog = { name: 'feed_end', text: 'select e.xid, e.position from tiktok_connections.events e order by e.xid desc, e.position desc limit 1' };

const heldRow = z.object({ held: z.boolean() });
const heldRows = z.array(heldRow);
const wholeRows = z.array(eventRow.extend(heldRow.shape));
const endOfScan = z.object({ xid: z.string(), position: z.string(), stream: z.null(), revision: z.number(), held: z.boolean() });
const filteredRows = z.array(z.union([eventRow, endOfScan]));
const places = z.array(z.object({ xid: z.string(), position: z.string() }));

const nothingNew = async (pool: pg.Pool, next: Place): Promise<FeedPage> => {
  const [row] = heldRows.parse((await pool.query(heldAlone)).rows);
  return { entries: [], next, full: false, held: row?.held ?? false };
};

const wholePage = async (pool: pg.Pool, store: string, after: Place, limit: number): Promise<FeedPage> => {
  const rows = wholeRows.parse((await pool.query({ ...whole, values: [after.xid, after.position, limit] })).rows);
  const last = rows.at(-1);
  if (last === undefined) return nothingNew(pool, after);
  return { entries: rows.map((row) => addressOf(store, row)), next: last, full: rows.length === limit, held: last.held };
};

const filteredPage = async (
  pool: pg.Pool,
  store: string,
  after: Place,
  limit: number,
  prefixes: readonly string[],
  window: number,
): Promise<FeedPage> => {
  const values = [after.xid, after.position, limit, [...prefixes], window];
  const rows = filteredRows.parse((await pool.query({ ...filtered, values })).rows);
  const entries = rows.flatMap((row) => (row.stream === null ? [] : [addressOf(store, row)]));
  const end = rows.find((row) => row.stream === null);
  const lastChosen = rows.findLast((row) => row.stream !== null);
  if (end === undefined) return nothingNew(pool, after);
  const cut = entries.length === limit && lastChosen !== undefined;
  return { entries, next: cut ? lastChosen : end, full: cut || end.revision === window, held: 'held' in end && end.held };
};

/** @param window events looked at, at most, for those of the wanted streams; all events are wanted without prefixes */
export const readFeedPage = async (
  pool: pg.Pool,
  store: string,
  after: Place,
  limit: number,
  prefixes: readonly string[],
  window: number,
): Promise<Result<FeedPage, Unavailable>> => {
  try {
    if (prefixes.length === 0) return ok(await wholePage(pool, store, after, limit));
    return ok(await filteredPage(pool, store, after, limit, prefixes, window));
  } catch (error) {
    return err(storeUnavailable(error));
  }
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
