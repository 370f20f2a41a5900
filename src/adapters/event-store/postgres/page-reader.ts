import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { FeedOptions } from '../../../application/ports/event-store.ts';
import type { Place } from './checkpoints.ts';
import { readReach, readWithin, type FeedPage, type PageRequest, type Reach } from './feed-page.ts';
import type { WakeUp } from './wake-up.ts';

export type ReadPage = Readonly<{
  page: Result<FeedPage, Unavailable>;
  /** Of the wake-up before anything of this page was asked for: what has rung since may not be in it. */
  rings: number;
}>;

type Step = Readonly<{ request: PageRequest; rings: number; reach: Promise<Result<Reach, Unavailable>> }>;
type Loaded = ReadPage & Readonly<{ further: Step | null }>;

const largestWindow = 16_384;

/**
 * Reads page after page. While the caller works on a full one, the next is on its way, and it is already being looked up
 * how far the one after that may go.
 */
export const createPageReader = (
  pool: pg.Pool,
  wakeUp: WakeUp,
  store: string,
  { batchSize, streamPrefixes }: FeedOptions,
): ((after: Place) => Promise<ReadPage>) => {
  let window = batchSize;
  let ahead: Promise<Loaded> | null = null;

  const look = (after: Place): Step => {
    const request = { after, limit: batchSize, prefixes: streamPrefixes, window };
    return { request, rings: wakeUp.rings(), reach: readReach(pool, request) };
  };

  const load = async ({ request, rings, reach }: Step): Promise<Loaded> => {
    const found = await reach;
    if (found.isErr()) return { page: err(found.error), rings, further: null };
    const { scanned, window: looked, edge } = found.value;
    // A page whose window is no wider than its limit holds all that is wanted of it: the next one begins at its edge.
    const further = edge !== null && scanned === looked && looked <= request.limit ? look(edge) : null;
    return { page: await readWithin(pool, store, request, found.value), rings, further };
  };

  return async (after) => {
    const { page, rings, further } = await (ahead ?? load(look(after)));
    ahead = null;
    if (page.isErr()) return { page, rings };
    const { entries, next, full } = page.value;
    const sparse = full && entries.length * 2 < batchSize;
    window = sparse ? Math.min(window * 2, Math.max(largestWindow, batchSize)) : batchSize;
    if (!full) return { page, rings };
    ahead = load(further ?? look(next));
    // Lets the questions go out before the caller keeps the processor busy with this page.
    await nextTurn();
    return { page, rings };
  };
};
