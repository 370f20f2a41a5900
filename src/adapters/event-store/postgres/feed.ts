import { setTimeout as pauseFor } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { CheckpointOfAnotherStore, FeedOptions } from '../../../application/ports/event-store.ts';
import type { LogBatch } from '../event-log.ts';
import { beginning, checkpointAt, placeOf, type Place } from './checkpoints.ts';
import { readEnd, readFeedPage, type FeedPage } from './feed-page.ts';
import type { WakeUp } from './wake-up.ts';

export interface FeedSource {
  readonly pool: pg.Pool;
  readonly wakeUp: WakeUp;
  /** How long a feed that has caught up may sleep without being woken. */
  readonly pollMillis: () => number;
}

type FeedResult = Result<LogBatch, Unavailable | CheckpointOfAnotherStore>;
type PageResult = Result<FeedPage, Unavailable>;

const firstHeldMillis = 2;
const longestHeldMillis = 50;
/** Between two pages that were not full: lets the appends of a busy moment gather into one page. */
const restMillis = 2;
const largestWindow = 16_384;

const orAborted = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | null> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

/** Reads page after page; while the caller works on a full one, the next is on its way. */
const pageReader = (pool: pg.Pool, store: string, { batchSize, streamPrefixes }: FeedOptions) => {
  let window = batchSize;
  let ahead: Promise<PageResult> | null = null;
  const read = (after: Place): Promise<PageResult> =>
    readFeedPage(pool, store, { after, limit: batchSize, prefixes: streamPrefixes, window });
  return async (after: Place): Promise<PageResult> => {
    const page = await (ahead ?? read(after));
    ahead = null;
    if (page.isErr()) return page;
    const { entries, full, next } = page.value;
    const sparse = full && entries.length * 2 < batchSize;
    window = sparse ? Math.min(window * 2, Math.max(largestWindow, batchSize)) : batchSize;
    if (full) ahead = read(next);
    return page;
  };
};

/**
 * The total order, page by page. `caughtUp` once everything that was committed when the feed began is delivered and
 * nothing more can be read at once; what an older transaction still holds back comes when that has ended.
 */
export async function* followFeed(source: FeedSource, store: string, options: FeedOptions): AsyncGenerator<FeedResult, void> {
  const { after, live, signal } = options;
  const begin = after === null ? beginning : placeOf(store, after);
  if (begin === null) {
    if (after !== null) yield err({ kind: 'CheckpointOfAnotherStore', checkpoint: after, store });
    return;
  }
  const end = await readEnd(source.pool);
  if (end.isErr()) {
    yield err(end.error);
    return;
  }
  const goal = checkpointAt(store, end.value ?? beginning);
  const readPage = pageReader(source.pool, store, options);
  let at = begin;
  let heldMillis = firstHeldMillis;
  for (let first = true; !signal.aborted; first = false) {
    const rings = source.wakeUp.rings();
    const page = await orAborted(readPage(at), signal);
    if (page === null) return;
    if (page.isErr()) {
      yield err(page.error);
      return;
    }
    const { entries, next, full, held } = page.value;
    const checkpoint = checkpointAt(store, next);
    const caughtUp = !full && checkpoint >= goal;
    const moved = next !== at;
    at = next;
    if (first || moved) yield ok({ entries, checkpoint, caughtUp });
    if (!live && caughtUp) return;
    if (full) continue;
    heldMillis = moved ? firstHeldMillis : Math.min(heldMillis * 2, longestHeldMillis);
    if (moved) await pauseFor(restMillis, undefined, { signal }).catch(() => undefined);
    await source.wakeUp.sinceOrAfter(rings, held || !live ? heldMillis : source.pollMillis(), signal);
  }
}
