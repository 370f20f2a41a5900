import { setTimeout as pauseFor } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { CheckpointOfAnotherStore, FeedOptions } from '../../../application/ports/event-store.ts';
import type { LogBatch } from '../event-log.ts';
import { beginning, checkpointAt, placeOf } from './checkpoints.ts';
import { readEnd } from './feed-page.ts';
import { createPageReader } from './page-reader.ts';
import type { WakeUp } from './wake-up.ts';

export interface FeedSource {
  readonly pool: pg.Pool;
  readonly wakeUp: WakeUp;
  /** How long a feed that has caught up may sleep without being woken. */
  readonly pollMillis: () => number;
}

type FeedResult = Result<LogBatch, Unavailable | CheckpointOfAnotherStore>;

const firstHeldMillis = 2;
const longestHeldMillis = 50;
/** Between two pages that were not full: lets the appends of a busy moment gather into one page. */
const restMillis = 2;

const orAborted = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | null> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

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
  // What the reader has seen is gone: the events were restored to an earlier moment than what was made of them.
  if (after !== null && after > goal) {
    yield err({ kind: 'CheckpointOfAnotherStore', checkpoint: after, store });
    return;
  }
  const readPage = createPageReader(source.pool, source.wakeUp, store, options);
  let at = begin;
  let heldMillis = firstHeldMillis;
  let told = false;
  for (let first = true; !signal.aborted; first = false) {
    const read = await orAborted(readPage(at), signal);
    if (read === null) return;
    const { page, rings } = read;
    if (page.isErr()) {
      yield err(page.error);
      return;
    }
    const { entries, next, full, held } = page.value;
    const checkpoint = checkpointAt(store, next);
    const caughtUp = !full && checkpoint >= goal;
    const moved = next !== at;
    at = next;
    // The last event may stand at the end of a full page, which does not know yet that nothing follows.
    if (first || moved || (caughtUp && !told)) yield ok({ entries, checkpoint, caughtUp });
    told = caughtUp;
    if (!live && caughtUp) return;
    if (full) continue;
    heldMillis = moved ? firstHeldMillis : Math.min(heldMillis * 2, longestHeldMillis);
    if (moved) await pauseFor(restMillis, undefined, { signal }).catch(() => undefined);
    await source.wakeUp.sinceOrAfter(rings, held || !live ? heldMillis : source.pollMillis(), signal);
  }
}
