import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import { emptyHead, type DomainEvent, type EventStore, type StreamHead } from '../ports/event-store.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { Aggregate } from './aggregate.ts';

/** The history holds an event that this version cannot read: it was written by newer code, or altered. */
export type UnreadableHistory = Readonly<{ kind: 'UnreadableHistory'; stream: StreamName; revision: number; reason: string }>;

export type Loaded<State> = Readonly<{ state: State; head: StreamHead; lastOccurredAt: Instant | null }>;

export type LoadFailure = Unavailable | UnreadableHistory;

const pageSize = 1_000;

/** Folds a stream from its beginning. */
export const load = async <Id, State, Command, Event extends DomainEvent, Rejection>(
  eventStore: EventStore,
  aggregate: Aggregate<Id, State, Command, Event, Rejection>,
  id: Id,
): Promise<Result<Loaded<State>, LoadFailure>> => {
  const stream = aggregate.streamOf(id);
  let loaded: Loaded<State> = { state: aggregate.decider.initial, head: emptyHead, lastOccurredAt: null };
  for (;;) {
    const page = await eventStore.read(stream, loaded.head.revision + 1, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      const { revision, hash } = stored;
      if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision, reason: stored.reason });
      const { event, occurredAt } = stored;
      const state = aggregate.owns(event) ? aggregate.decider.evolve(loaded.state, event) : loaded.state;
      loaded = { state, head: { revision, hash }, lastOccurredAt: occurredAt };
    }
    if (page.value.length < pageSize) return ok(loaded);
  }
};
