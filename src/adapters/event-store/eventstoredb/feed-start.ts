import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { CheckpointOfAnotherStore } from '../../../application/ports/event-store.ts';
import { collect } from './connection.ts';
import { storeUnavailable } from './failures.ts';
import { readStoreName } from './identity.ts';
import { isBehind, placeOf, type Place } from './places.ts';
import type { StoreParts } from './read-stream.ts';

/** The newest event of ours. Once a feed has seen it, it has seen everything that was there when it began. */
export type Goal = Readonly<{ place: Place; streamId: string }>;

export type FeedStart = Readonly<{
  store: string;
  /** Null begins at the first event ever. */
  after: Place | null;
  goal: Goal;
}>;

/** Names of our streams begin so; others may share the server. */
export const ownPrefix = (namespace: string): string => (namespace === '' ? 'tiktok_' : namespace);

const firstPage = 16;
const largestPage = 4_096;

const pageBefore = async (
  { connection, limits }: StoreParts,
  fromPosition: Place | 'end',
  maxCount: number,
): Promise<readonly AllStreamRecordedEvent[]> => {
  const page = await connection.call((client, options) =>
    collect(client.readAll({ ...options, direction: 'backwards', fromPosition, maxCount }), limits.readMillis),
  );
  return page.flatMap(({ event }) => event ?? []);
};

/** Backwards past what the server and others have written since. There is one at least: that which names the store. */
const readGoal = async (parts: StoreParts): Promise<Goal> => {
  const own = ownPrefix(parts.namespace);
  let fromPosition: Place | 'end' = 'end';
  for (let maxCount = firstPage; ; maxCount = Math.min(maxCount * 8, largestPage)) {
    const events = await pageBefore(parts, fromPosition, maxCount);
    const found = events.find(({ streamId }) => streamId.startsWith(own));
    if (found !== undefined) return { place: found.position, streamId: found.streamId };
    const last = events.at(-1);
    if (last === undefined) throw new TypeError('the log holds nothing of ours');
    fromPosition = last.position;
  }
};

/**
 * Where a feed begins and what it has to reach. A checkpoint of another store is refused, and so is one beyond the
 * log's end, as a store restored to an earlier moment has: the server would skip what is written until it gets there.
 */
export const startFeed = async (
  parts: StoreParts,
  after: Checkpoint | null,
): Promise<Result<FeedStart, Unavailable | CheckpointOfAnotherStore>> => {
  const named = await readStoreName(parts);
  if (named.isErr()) return err(named.error);
  const store = named.value;
  const place = after === null ? null : placeOf(store, after);
  if (after !== null && place === null) return err({ kind: 'CheckpointOfAnotherStore', checkpoint: after, store });
  try {
    const goal = await readGoal(parts);
    if (after !== null && place !== null && isBehind(goal.place, place)) {
      return err({ kind: 'CheckpointOfAnotherStore', checkpoint: after, store });
    }
    return ok({ store, after: place, goal });
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
