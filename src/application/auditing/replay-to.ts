import { err, ok, type Result } from 'neverthrow';
import { unavailable, type Unavailable } from '../failures.ts';
import type { AuditedProjection, LiveRows, StoppedAt } from '../ports/audit-projections.ts';
import type { Checkpoint, StreamName } from '../ports/event-names.ts';
import { isBeyondEnd, type CheckpointOfAnotherStore, type EventStore, type RecordedEvent, type StoredEvent } from '../ports/event-store.ts';

/** The person ended it. */
export type Interrupted = Readonly<{ kind: 'Interrupted' }>;
export type ReplayFailure = Unavailable | CheckpointOfAnotherStore | Interrupted;

export interface Replay {
  /** Where the replay stopped following streams although the projection went on. */
  readonly stopped: ReadonlyMap<StreamName, StoppedAt>;
  /** The projection has seen more than the event store holds. */
  readonly isAhead: boolean;
  /** Brings the copy to where the projection stood, streams parked there at the event they were parked at. */
  to(live: LiveRows): Promise<Result<void, ReplayFailure>>;
}

export type ReplayOptions = Readonly<{
  /** Only these streams; those of the projection when empty. */
  streamPrefixes: readonly string[];
  signal: AbortSignal;
  /** Called with how many events have been looked at. */
  progress: (events: number) => void;
}>;

const batchSize = 2_000;

const placeName = (stream: StreamName, revision: number): string => `${revision}@${stream}`;

/** Fills the copy of `audited` from the feed, ever further. */
export const createReplay = (eventStore: EventStore, audited: AuditedProjection, options: ReplayOptions): Replay => {
  const { streamPrefixes, signal, progress } = options;
  const stopped = new Map<StreamName, StoppedAt>();
  /** Parked streams and the first revision that waits, as of the look before. */
  let held = new Map<StreamName, number>();
  let at: Checkpoint | null = null;
  let events = 0;
  let ahead = false;

  const apply = async (batch: readonly StoredEvent[], skipped: ReadonlySet<string>): Promise<Result<void, Unavailable>> => {
    const readable: RecordedEvent[] = [];
    for (const event of batch) {
      const { stream, revision } = event;
      if (stopped.has(stream) || revision >= (held.get(stream) ?? Number.POSITIVE_INFINITY)) continue;
      if (event.readable) readable.push(event);
      else if (!skipped.has(placeName(stream, revision))) stopped.set(stream, { stream, revision, reason: event.reason });
    }
    const open = readable.filter(({ stream, revision }) => revision < (stopped.get(stream)?.revision ?? Number.POSITIVE_INFINITY));
    if (open.length === 0) return ok();
    const replayed = await audited.replay(open, ({ stream, revision }) => skipped.has(placeName(stream, revision)));
    if (replayed.isErr()) return err(replayed.error);
    for (const place of replayed.value) {
      const before = stopped.get(place.stream);
      if (before === undefined || place.revision < before.revision) stopped.set(place.stream, place);
    }
    return ok();
  };

  /** What waited behind a parked event that has been resumed since. */
  const release = async (
    stream: StreamName,
    from: number,
    upTo: Checkpoint,
    skipped: ReadonlySet<string>,
  ): Promise<Result<void, Unavailable>> => {
    for (let revision = from; ; revision += batchSize) {
      const page = await eventStore.read(stream, revision, batchSize);
      if (page.isErr()) return err(page.error);
      const applied = await apply(page.value.filter((event) => event.checkpoint <= upTo), skipped);
      if (applied.isErr() || page.value.length < batchSize) return applied;
    }
  };

  /** Text order says nothing about a checkpoint of another store: only the store can tell. */
  const isOurs = async (checkpoint: Checkpoint): Promise<Result<void, ReplayFailure>> => {
    const asking = new AbortController();
    const feed = eventStore.feed({ after: checkpoint, streamPrefixes, batchSize: 1, live: false, signal: asking.signal });
    const answer = await feed[Symbol.asyncIterator]().next();
    asking.abort();
    if (answer.done === true || answer.value.isOk()) return ok();
    const refused = answer.value.error;
    // There is nothing to follow it to but the end.
    ahead = refused.kind === 'CheckpointOfAnotherStore' && isBeyondEnd(refused);
    return ahead ? ok() : err(refused);
  };

  const followTo = async (goal: Checkpoint, skipped: ReadonlySet<string>): Promise<Result<void, ReplayFailure>> => {
    for await (const batch of eventStore.feed({ after: at, streamPrefixes, batchSize, live: false, signal })) {
      if (batch.isErr()) return err(batch.error);
      const due = batch.value.events.filter((event) => event.checkpoint <= goal);
      const applied = await apply(due, skipped);
      if (applied.isErr()) return err(applied.error);
      events += due.length;
      progress(events);
      if (batch.value.checkpoint >= goal) break;
    }
    return signal.aborted ? err({ kind: 'Interrupted' }) : ok();
  };

  return {
    stopped,
    get isAhead() {
      return ahead;
    },
    to: async ({ checkpoint, parked, skipped }) => {
      const passedOver = new Set(skipped.map(({ stream, revision }) => placeName(stream, revision)));
      const before = held;
      held = new Map(parked.map(({ stream, revision }) => [stream, revision]));
      if (checkpoint === null) return at === null ? ok() : err(unavailable('database', 'the projection began anew while it was checked'));
      if (at !== null && checkpoint < at) return err(unavailable('database', 'the projection went back while it was checked'));
      const ours = at === null ? await isOurs(checkpoint) : ok();
      if (ours.isErr()) return err(ours.error);
      for (const [stream, revision] of before) {
        const reached = at;
        if (reached === null || (held.get(stream) ?? Number.POSITIVE_INFINITY) <= revision) continue;
        const released = await release(stream, revision, reached, passedOver);
        if (released.isErr()) return err(released.error);
      }
      const followed = checkpoint === at ? ok() : await followTo(checkpoint, passedOver);
      if (followed.isOk()) at = checkpoint;
      return followed;
    },
  };
};
