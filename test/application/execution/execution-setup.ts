import { ok, type Result } from 'neverthrow';
import { connectionAggregate, isConnectionEvent } from '../../../src/application/execution/aggregate.ts';
import type { CommandContext } from '../../../src/application/execution/command-context.ts';
import { execute, type ExecutionPorts } from '../../../src/application/execution/execute.ts';
import type { Loaded } from '../../../src/application/execution/load.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { Clock } from '../../../src/application/ports/clock.ts';
import type { EventStore, StoredEvent } from '../../../src/application/ports/event-store.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import type { ConnectionCommand } from '../../../src/domain/connection/commands.ts';
import type { ConnectionEvent } from '../../../src/domain/connection/events.ts';
import type { ConnectionState } from '../../../src/domain/connection/state.ts';
import { commandId, connectionId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { instant, type Instant } from '../../../src/domain/values/instant.ts';

export const id = connectionId('6f0e0000-0000-5000-8000-000000000001');
export const stream = connectionStream(id);

/** Begins at noon; sleeping takes no time but by its own count. */
export const scriptedClock = (): Clock & { set(moment: Instant): void; readonly sleeps: readonly number[] } => {
  const sleeps: number[] = [];
  let now = instant(Date.UTC(2026, 10, 1, 12));
  let monotonic = 0;
  return {
    sleeps,
    set: (moment) => void (now = moment),
    now: () => now,
    monotonicMillis: () => monotonic,
    sleep: async (millis) => {
      sleeps.push(millis);
      monotonic += millis;
    },
  };
};

export const portsOver = (eventStore: EventStore, clock: Clock = scriptedClock()): ExecutionPorts => ({ eventStore, clock, ids: systemIds });

export const context: CommandContext = {
  commandId: commandId('0d9b2f5e-0000-4000-8000-000000000001'),
  actor: { kind: 'user', id: 'user_ada' },
  correlationId: 'request 1',
  causationId: 'cause 1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** A context of a command of its own. */
export const another = (): CommandContext => ({ ...context, commandId: systemIds.commandId() });

type Prepare<Failure> = (state: ConnectionState) => Promise<Result<ConnectionCommand, Failure>>;

/** Executes on the one connection of these tests. */
export const run = <Failure = never>(
  ports: ExecutionPorts,
  command: ConnectionCommand | Prepare<Failure>,
  options: { context?: CommandContext; step?: string; id?: ConnectionId; from?: Loaded<ConnectionState> | null } = {},
) => {
  const prepare = async (state: ConnectionState) => (typeof command === 'function' ? command(state) : ok(command));
  return execute(ports, connectionAggregate, options.context ?? another(), options.id ?? id, options.step ?? 'step', prepare, options.from ?? null);
};

export const stored = async (eventStore: EventStore): Promise<readonly StoredEvent[]> => (await eventStore.read(stream, 1, 10_000)).unwrapOr([]);

export const eventsOf = async (eventStore: EventStore): Promise<readonly ConnectionEvent[]> =>
  (await stored(eventStore)).flatMap((entry) => (entry.readable && isConnectionEvent(entry.event) ? [entry.event] : []));

export const typesOf = async (eventStore: EventStore): Promise<readonly string[]> => (await stored(eventStore)).map(({ type }) => type);
