import { setTimeout as pauseFor } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { CheckpointOfAnotherStore, EventAddress, FeedOptions } from '../../../application/ports/event-store.ts';
import type { LogBatch } from '../event-log.ts';
import { isUnreadable, storeUnavailable } from './failures.ts';
import { ownPrefix, startFeed, type FeedStart } from './feed-start.ts';
import type { Followed } from './follow-log.ts';
import { identityStream } from './identity.ts';
import { checkpointAt, isBehind, type Place } from './places.ts';
import type { StoreParts } from './read-stream.ts';
import { addressOfRecord } from './records.ts';
import { recordOfSent, type SentEvent } from './sent-event.ts';
import { readSubscription } from './subscription.ts';

type FeedFailure = Unavailable | CheckpointOfAnotherStore;
type FeedResult = Result<LogBatch, FeedFailure>;

const firstPauseMillis = 20;
const longestPauseMillis = 1_000;

const prefixesOf = (namespace: string, { streamPrefixes }: FeedOptions): readonly string[] =>
  streamPrefixes.length === 0 ? [ownPrefix(namespace)] : streamPrefixes.map((prefix) => `${namespace}${prefix}`);

const subscribe = ({ connection, namespace }: StoreParts, { after, goal }: FeedStart, options: FeedOptions): Promise<Followed> => {
  // A live reader learns at once of all that is ours, so that it is known to have passed it: the server's own checkpoints
  // come after many events. One that catches up is sent what it wants, and the goal's own stream, so that reaching it is
  // seen and need not be believed.
  const prefixes = options.live ? [ownPrefix(namespace)] : [...prefixesOf(namespace, options), goal.streamId];
  return connection.follow({ prefixes, after });
};

/** One subscription, up to its end. Answers where the feed stands then, and whether it may go on behind that. */
async function* followSubscription(
  parts: StoreParts,
  start: FeedStart,
  options: FeedOptions,
): AsyncGenerator<FeedResult, Readonly<{ at: Place | null; again: boolean }>> {
  const { store, goal } = start;
  const { namespace, limits } = parts;
  const identity = identityStream(namespace);
  const prefixes = prefixesOf(namespace, options);
  const isWanted = (streamId: string): boolean => streamId !== identity && prefixes.some((prefix) => streamId.startsWith(prefix));
  const entryOf = (sent: SentEvent): EventAddress | null => (isWanted(sent.streamId) ? addressOfRecord(namespace, recordOfSent(store, sent)) : null);
  const reader = readSubscription(subscribe(parts, start, options), entryOf, limits.readMillis, options.signal);
  let at = start.after;
  let told = at !== null && !isBehind(at, goal.place);
  try {
    for (;;) {
      const taken = await reader.take(options.batchSize);
      if (taken.kind === 'aborted') return { at, again: false };
      if (taken.kind === 'dropped') {
        if (reader.confirmed() && !(at === start.after && isUnreadable(taken.error))) return { at, again: true };
        yield err(storeUnavailable(taken.error));
        return { at, again: false };
      }
      const { entries } = taken;
      at = taken.at;
      const caughtUp = !isBehind(at, goal.place) && !(options.live && reader.more());
      if (entries.length > 0 || options.live || (caughtUp && !told)) yield ok({ entries, checkpoint: checkpointAt(store, at), caughtUp });
      told ||= caughtUp;
      if (caughtUp && !options.live) return { at, again: false };
    }
  } finally {
    reader.close();
  }
}

/**
 * The server's own order, by a subscription that is made anew behind the last event whenever it ends: by a failure, an
 * election, or gracefully. Ends with a failure when it cannot be made anew. Checkpoints are places of events of ours;
 * those that the server offers come before the events they cover have been taken.
 */
export async function* followFeed(parts: StoreParts, options: FeedOptions): AsyncGenerator<FeedResult, void> {
  let after: Checkpoint | null = options.after;
  let told = false;
  let pause = firstPauseMillis;
  while (!options.signal.aborted) {
    const started = await startFeed(parts, after);
    if (options.signal.aborted) return;
    if (started.isErr()) {
      yield err(started.error);
      return;
    }
    const { store, goal } = started.value;
    const stands = started.value.after;
    if (stands !== null && !isBehind(stands, goal.place)) {
      if (!told) yield ok({ entries: [], checkpoint: checkpointAt(store, goal.place), caughtUp: true });
      told = true;
      if (!options.live) return;
    }
    const { at, again } = yield* followSubscription(parts, started.value, options);
    if (!again) return;
    pause = at === stands ? Math.min(pause * 2, longestPauseMillis) : firstPauseMillis;
    after = at === null ? null : checkpointAt(store, at);
    await pauseFor(pause, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
