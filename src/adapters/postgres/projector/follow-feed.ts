import { err, ok, type Result } from 'neverthrow';
import { unavailable, type Unavailable } from '../../../application/failures.ts';
import { readAhead } from '../../../application/execution/read-ahead.ts';
import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { CheckpointOfAnotherStore, EventStore, FeedBatch } from '../../../application/ports/event-store.ts';
import type { Projector } from './projector.ts';
import type { BatchWriter } from './write-batch.ts';

export type FeedFailure = Unavailable | CheckpointOfAnotherStore;

export type Following = Readonly<{
  eventStore: EventStore;
  projector: Projector;
  writer: BatchWriter;
  /** Ends after the batch under way. */
  signal: AbortSignal;
  /** Asked last in every batch; false rolls it back. */
  mayCommit?: () => boolean;
  /** After each batch. One that tells only that there is nothing new is not written. */
  onPassed: (batch: FeedBatch, written: boolean) => void;
  /** Events in a batch while behind, at most. */
  catchUpBatch?: number;
}>;

/** `Moved`: somebody else changed the checkpoint. */
export type FollowEnd = Readonly<{ kind: 'CaughtUp' | 'Behind' | 'Stopped' | 'Moved'; checkpoint: Checkpoint | null }>;

const defaultCatchUpBatch = 4_000;
const liveBatch = 200;

const followOnce = async (following: Following, from: Checkpoint | null, live: boolean): Promise<Result<FollowEnd, FeedFailure>> => {
  const { eventStore, projector, writer, signal, mayCommit, onPassed, catchUpBatch = defaultCatchUpBatch } = following;
  const batchSize = live ? liveBatch : catchUpBatch;
  const feed = eventStore.feed({ after: from, streamPrefixes: projector.streamPrefixes, batchSize, live, signal });
  let checkpoint = from;
  for await (const received of live ? feed : readAhead(feed)) {
    if (received.isErr()) return err(received.error);
    const batch = received.value;
    const moves = batch.checkpoint !== checkpoint;
    if (moves) {
      const written = await writer.write(checkpoint, batch, mayCommit);
      if (written.isErr()) return err(written.error);
      if (written.value.kind === 'Moved') return ok({ kind: 'Moved', checkpoint });
      checkpoint = batch.checkpoint;
    }
    onPassed(batch, moves);
    if (signal.aborted) break;
    if (live && !batch.caughtUp && batch.events.length === batchSize) return ok({ kind: 'Behind', checkpoint });
  }
  if (signal.aborted) return ok({ kind: 'Stopped', checkpoint });
  return live ? err(unavailable('event_store', 'the feed ended')) : ok({ kind: 'CaughtUp', checkpoint });
};

/** Writes in big batches until nothing more is known to wait. */
export const catchUp = (following: Following, from: Checkpoint | null): Promise<Result<FollowEnd, FeedFailure>> =>
  followOnce(following, from, false);

/** Writes for ever: in big batches while behind, in small ones as events come. */
export const followFeed = async (following: Following, from: Checkpoint | null): Promise<Result<FollowEnd, FeedFailure>> => {
  let at = from;
  for (let live = false; ; ) {
    const end = await followOnce(following, at, live);
    if (end.isErr() || end.value.kind === 'Stopped' || end.value.kind === 'Moved') return end;
    at = end.value.checkpoint;
    live = end.value.kind === 'CaughtUp';
  }
};
