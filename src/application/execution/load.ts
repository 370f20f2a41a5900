import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import { emptyHead, type DomainEvent, type EventStore, type StoredEvent, type StreamHead } from '../ports/event-store.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { Snapshot, Snapshots } from '../ports/snapshots.ts';
import type { Aggregate } from './aggregate.ts';

/** The history holds an event that this version cannot read: it was written by newer code, or altered. */
export type UnreadableHistory = Readonly<{ kind: 'UnreadableHistory'; stream: StreamName; revision: number; reason: string }>;

export type Loaded<State> = Readonly<{ state: State; head: StreamHead; lastOccurredAt: Instant | null }>;

export type LoadFailure = Unavailable | UnreadableHistory;

type Fold<State> = Readonly<{
  stream: StreamName;
  evolve: (state: State, event: DomainEvent) => State;
  read: EventStore['read'];
}>;

const pageSize = 1_000;
/** Most histories are shorter, and the store reads many short ones together. */
const firstPageSize = 250;

const foldEvents = <State>({ stream, evolve }: Fold<State>, from: Loaded<State>, events: readonly StoredEvent[]): Result<Loaded<State>, UnreadableHistory> => {
  let loaded = from;
  for (const stored of events) {
    const { revision, hash } = stored;
    if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision, reason: stored.reason });
    loaded = { state: evolve(loaded.state, stored.event), head: { revision, hash }, lastOccurredAt: stored.occurredAt };
  }
  return ok(loaded);
};

const foldRest = async <State>(fold: Fold<State>, from: Loaded<State>): Promise<Result<Loaded<State>, LoadFailure>> => {
  let loaded = from;
  for (let size = firstPageSize; ; size = pageSize) {
    const page = await fold.read(fold.stream, loaded.head.revision + 1, size);
    if (page.isErr()) return err(page.error);
    const folded = foldEvents(fold, loaded, page.value);
    if (folded.isErr()) return err(folded.error);
    loaded = folded.value;
    if (page.value.length < size) return ok(loaded);
  }
};

/** Null when the history is not the one that was folded: another event stands where the snapshot was made, or none. */
const foldBehind = async <State>(fold: Fold<State>, { state, revision, hash }: Snapshot<State>): Promise<Result<Loaded<State> | null, LoadFailure>> => {
  const page = await fold.read(fold.stream, revision, pageSize);
  if (page.isErr()) return err(page.error);
  const [own, ...tail] = page.value;
  if (own?.readable !== true || own.revision !== revision || own.hash !== hash) return ok(null);
  const folded = foldEvents(fold, { state, head: { revision, hash }, lastOccurredAt: own.occurredAt }, tail);
  return folded.isErr() || page.value.length < pageSize ? folded : foldRest(fold, folded.value);
};

/** A short history costs one reading and no snapshot; a long one that was loaded before begins at its snapshot. */
const loadWith = async <State>(fold: Fold<State>, initial: Loaded<State>, snapshots: Snapshots<State>): Promise<Result<Loaded<State>, LoadFailure>> => {
  const { stream } = fold;
  const keep = async (loaded: Loaded<State>, from: number): Promise<Result<Loaded<State>, never>> => {
    const { state, head } = loaded;
    // It is only a cache: that it cannot be written now is no reason to decide nothing.
    if (head.hash !== null && head.revision - from >= snapshots.every)
      await snapshots.keep(stream, { state, revision: head.revision, hash: head.hash }).unwrapOr(undefined);
    return ok(loaded);
  };
  const remembered = snapshots.remembered(stream);
  if (remembered !== null) {
    const behind = await foldBehind(fold, remembered);
    if (behind.isErr()) return err(behind.error);
    if (behind.value !== null) return keep(behind.value, remembered.revision);
  }
  const first = await fold.read(stream, 1, snapshots.every);
  if (first.isErr()) return err(first.error);
  if (first.value.length === snapshots.every) {
    const newest = await snapshots.newest(stream).unwrapOr(null);
    const behind = newest === null ? ok(null) : await foldBehind(fold, newest);
    if (behind.isErr()) return err(behind.error);
    if (newest !== null && behind.value !== null) return keep(behind.value, newest.revision);
  }
  const begun = foldEvents(fold, initial, first.value);
  if (begun.isErr() || first.value.length < snapshots.every) return begun;
  const whole = await foldRest(fold, begun.value);
  return whole.isErr() ? err(whole.error) : keep(whole.value, 0);
};

/** Folds a stream: from its beginning, or behind a snapshot where the store keeps them. */
export const load = async <Id, State, Command, Event extends DomainEvent, Rejection>(
  eventStore: EventStore,
  aggregate: Aggregate<Id, State, Command, Event, Rejection>,
  id: Id,
): Promise<Result<Loaded<State>, LoadFailure>> => {
  const { decider, owns, streamOf } = aggregate;
  const fold: Fold<State> = {
    stream: streamOf(id),
    evolve: (state, event) => (owns(event) ? decider.evolve(state, event) : state),
    read: (...page) => eventStore.read(...page),
  };
  const initial: Loaded<State> = { state: decider.initial, head: emptyHead, lastOccurredAt: null };
  const snapshots = eventStore.snapshots === undefined ? undefined : aggregate.snapshotsAmong?.(eventStore.snapshots);
  return snapshots === undefined ? foldRest(fold, initial) : loadWith(fold, initial, snapshots);
};
