import { err, ok, type Result } from 'neverthrow';
import { later } from '../../domain/values/instant.ts';
import { unavailable, type Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { Checkpoint, StreamName } from '../ports/event-names.ts';
import type { Appended, AppendFailure, DomainEvent, EventStore, EventToAppend, StreamHead, WrittenEvent } from '../ports/event-store.ts';
import type { Ids } from '../ports/ids.ts';
import type { Aggregate } from './aggregate.ts';
import type { CommandContext } from './command-context.ts';
import { load, type Loaded, type LoadFailure, type UnreadableHistory } from './load.ts';

export interface ExecutionPorts {
  readonly eventStore: EventStore;
  readonly ids: Ids;
  readonly clock: Clock;
}

export type Executed<State> = Readonly<{
  state: State;
  head: StreamHead;
  /** What this command wrote; empty when it had nothing to change. */
  events: readonly WrittenEvent[];
  /** Null when nothing was written. */
  checkpoint: Checkpoint | null;
}>;

export type ExecutionFailure = Unavailable | UnreadableHistory;

/** Each definite conflict means that another writer moved on, so this many in a row is a store gone wrong. */
const conflictLimit = 100;
const unknownOutcomeLimitMillis = 8_000;
const firstPauseMillis = 20;

/** Repeats an append byte for byte until it is known whether it was written, or the limit has passed. */
const appendForCertain = async (
  ports: ExecutionPorts,
  stream: StreamName,
  head: StreamHead,
  events: readonly EventToAppend[],
): Promise<Result<Appended, AppendFailure>> => {
  const begun = ports.clock.monotonicMillis();
  for (let pause = firstPauseMillis, unsure = false; ; pause *= 2) {
    const appended = await ports.eventStore.append(stream, head, events);
    if (appended.isOk() || appended.error.kind === 'Conflict' || appended.error.kind === 'EventTooLarge') return appended;
    unsure ||= appended.error.kind === 'OutcomeUnknown';
    const spent = ports.clock.monotonicMillis() - begun;
    if (!unsure) return appended;
    if (spent + pause > unknownOutcomeLimitMillis) return err({ kind: 'OutcomeUnknown', stream });
    await ports.clock.sleep(pause);
  }
};

const withMetadata = (
  ports: ExecutionPorts,
  context: CommandContext,
  step: string,
  stream: StreamName,
  loaded: Loaded<unknown>,
  decided: readonly DomainEvent[],
): readonly EventToAppend[] => {
  const now = ports.clock.now();
  const occurredAt = loaded.lastOccurredAt === null ? now : later(now, loaded.lastOccurredAt);
  const { actor, commandId, causationId, correlationId, traceparent } = context;
  const metadata = { actor, commandId, causationId, correlationId, traceparent };
  return decided.map((event, index) => ({ id: ports.ids.eventId(commandId, stream, step, index), event, occurredAt, metadata }));
};

/** Where the next command of the same writer begins: it need not read what it has just written. */
export const behind = <State>({ state, head, events }: Executed<State>): Loaded<State> | null => {
  const last = events.at(-1);
  return last === undefined ? null : { state, head, lastOccurredAt: last.occurredAt };
};

/**
 * The one way to change an aggregate: load, prepare the command for the loaded state, decide, append; after a
 * conflict all of it again. `prepare` runs anew for every state, so what it seals belongs to the life it is sealed for.
 * @param step names this append within the command; two appends of one command need two names
 * @param from tried first in place of a load; where it is no longer the newest, or nothing is written behind it, the load follows
 */
export const execute = async <Id, State, Command, Event extends DomainEvent, Rejection, Failure>(
  ports: ExecutionPorts,
  aggregate: Aggregate<Id, State, Command, Event, Rejection>,
  context: CommandContext,
  id: Id,
  step: string,
  prepare: (state: State) => Promise<Result<Command, Failure>>,
  from: Loaded<State> | null = null,
): Promise<Result<Executed<State>, Rejection | Failure | ExecutionFailure>> => {
  const stream = aggregate.streamOf(id);
  let known = from;
  for (let conflicts = 0; conflicts < conflictLimit; conflicts += 1) {
    const loaded: Result<Loaded<State>, LoadFailure> = known === null ? await load(ports.eventStore, aggregate, id) : ok(known);
    const wasKnown = known !== null;
    known = null;
    if (loaded.isErr()) return err(loaded.error);
    const { state, head } = loaded.value;
    const command = await prepare(state);
    if (command.isErr()) return err(command.error);
    const decided = aggregate.decider.decide(command.value, state);
    // Only an append proves that what was known is still the newest.
    if (wasKnown && (decided.isErr() || decided.value.length === 0)) continue;
    if (decided.isErr()) return err(decided.error);
    if (decided.value.length === 0) return ok({ state, head, events: [], checkpoint: null });

    const events = withMetadata(ports, context, step, stream, loaded.value, decided.value);
    const appended = await appendForCertain(ports, stream, head, events);
    if (appended.isOk()) {
      const next = decided.value.reduce(aggregate.decider.evolve, state);
      return ok({ state: next, head: appended.value.head, events: appended.value.events, checkpoint: appended.value.checkpoint });
    }
    switch (appended.error.kind) {
      case 'Conflict':
        continue;
      case 'Unavailable':
        return err(appended.error);
      case 'OutcomeUnknown':
        return err(unavailable('event_store', 'the outcome of a write is not known'));
      case 'EventTooLarge':
        return err(unavailable('event_store', `an event of ${appended.error.bytes} bytes is over the limit of ${appended.error.limit}`));
    }
  }
  return err(unavailable('event_store', `gave up after ${conflictLimit} conflicts in a row`));
};
