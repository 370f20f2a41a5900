import fc from 'fast-check';
import { err, ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { isConnectionEvent } from '../../../src/application/execution/aggregate.ts';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import type { ConnectionEvent } from '../../../src/domain/connection/events.ts';
import { authorizationId } from '../../../src/domain/values/ids.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { anyCommand } from '../../domain/connection/arbitrary.ts';
import { ada, bob, connect, disconnect, minute, recordProfile } from '../../domain/connection/commands.ts';
import { another, context, eventsOf, portsOver, run, scriptedClock, stored, stream, typesOf } from './execution-setup.ts';
import { scripted } from './scripted-event-store.ts';

describe('executing a command', () => {
  it('writes what was decided, with ids that follow from the command, and where it came from', async () => {
    const store = createInMemoryEventStore();
    const executed = await run(portsOver(store), connect(), { context, step: 'connect' });
    const [event] = await stored(store);
    const { actor, commandId, causationId, correlationId, traceparent } = context;
    expect(event).toMatchObject({
      id: systemIds.eventId(context.commandId, stream, 'connect', 0),
      type: 'Connected',
      revision: 1,
      occurredAt: '2026-11-01T12:00:00.000Z',
      metadata: { actor, commandId, causationId, correlationId, traceparent },
    });
    expect(executed.unwrapOr(null)).toMatchObject({
      state: { status: 'active', userId: ada },
      head: { revision: 1, hash: event?.hash },
      checkpoint: event?.checkpoint,
      events: [{ type: 'Connected' }],
    });
  });

  it('asks the store for no append when there is nothing to change', async () => {
    const store = scripted(createInMemoryEventStore());
    await expect(run(portsOver(store), connect())).resolves.toMatchObject({ value: { head: { revision: 1 } } });
    const again = await run(portsOver(store), connect());
    expect(again.unwrapOr(null)).toMatchObject({ state: { status: 'active' }, head: { revision: 1 }, events: [], checkpoint: null });
    expect(store.appends).toHaveLength(1);
  });

  it('hands on a rejection, and writes nothing', async () => {
    const store = scripted(createInMemoryEventStore());
    const refused = await run(portsOver(store), disconnect());
    expect(refused).toMatchObject({ error: { kind: 'NotConnected' } });
    expect(store.appends).toEqual([]);
  });

  it('hands on that a command could not be prepared, and writes nothing', async () => {
    const store = scripted(createInMemoryEventStore());
    const failed = await run(portsOver(store), async () => err({ kind: 'MadeUp' }));
    expect(failed).toMatchObject({ error: { kind: 'MadeUp' } });
    expect(store.appends).toEqual([]);
  });

  it('never lets a stream\'s time go back, even when the clock does', async () => {
    const store = createInMemoryEventStore();
    const clock = scriptedClock();
    clock.set(minute(30));
    expect((await run(portsOver(store, clock), connect())).isOk()).toBe(true);
    clock.set(minute(10));
    expect((await run(portsOver(store, clock), recordProfile())).isOk()).toBe(true);
    clock.set(minute(40));
    expect((await run(portsOver(store, clock), disconnect())).isOk()).toBe(true);
    const times = (await stored(store)).map((event) => event.readable && event.occurredAt);
    expect(times).toEqual([minute(30), minute(30), minute(40)]);
  });
});

describe('when another writer comes first', () => {
  it('prepares and decides anew on what the other wrote', async () => {
    const store = createInMemoryEventStore();
    const ports = portsOver(store);
    const seen: string[] = [];
    const executed = await run(ports, async (state) => {
      seen.push(state.status);
      if (seen.length === 1) expect((await run(ports, connect({ userId: bob }))).isOk()).toBe(true);
      return ok(connect({ userId: ada }));
    });
    expect(seen).toEqual(['none', 'active']);
    expect(executed).toMatchObject({ error: { kind: 'AccountLinkedToAnotherUser' } });
    expect((await eventsOf(store)).map((event) => event.type === 'Connected' && event.data.userId)).toEqual([bob]);
  });

  it('goes on until it is its turn', async () => {
    const store = createInMemoryEventStore();
    const ports = portsOver(store);
    expect((await run(ports, connect())).isOk()).toBe(true);
    let others = 0;
    const executed = await run(ports, async () => {
      others += 1;
      if (others <= 10) expect((await run(ports, recordProfile({ profile: sealed(`profile ${others}`) }))).isOk()).toBe(true);
      return ok(recordProfile({ profile: sealed('ours') }));
    });
    expect(executed).toMatchObject({ value: { head: { revision: 12 }, state: { profile: 'ours' } } });
  });

  it('gives up on a store that only ever conflicts', async () => {
    const store = scripted(createInMemoryEventStore(), { kind: 'Conflict', stream });
    const executed = await run(portsOver(store), connect());
    expect(executed).toMatchObject({ error: { kind: 'Unavailable', part: 'event_store' } });
    expect(store.appends).toHaveLength(100);
  });

  it('gives an account to one of many who connect it at once', async () => {
    const store = createInMemoryEventStore();
    const users = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ada : bob));
    const outcomes = await Promise.all(
      users.map((userId, index) => run(portsOver(store), connect({ userId, authorizationId: authorizationId(`authorization ${index}`) }))),
    );
    const owner = outcomes.findIndex((outcome) => outcome.isOk());
    expect(outcomes.map((outcome) => outcome.isOk())).toEqual(users.map((user) => user === users[owner]));
    const owners = (await eventsOf(store)).map((event) => event.type === 'Connected' && event.data.userId);
    expect(new Set(owners).size).toBe(1);
  });

  it('writes nothing but what was decided on the very state before it, whoever writes at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 2, maxLength: 12 }), async (commands) => {
        const store = createInMemoryEventStore();
        const made = new Map<string, (before: typeof connectionDecider.initial) => readonly ConnectionEvent[]>();
        await Promise.all(
          commands.map(async (command) => {
            const own = another();
            made.set(own.commandId, (before) => connectionDecider.decide(command, before).unwrapOr([]));
            const executed = await run(portsOver(store), command, { context: own });
            expect(executed.isOk() || !['Unavailable', 'UnreadableHistory'].includes(executed.error.kind)).toBe(true);
          }),
        );
        let state = connectionDecider.initial;
        for (const entry of await stored(store)) {
          if (!entry.readable || !isConnectionEvent(entry.event)) throw new Error('an event that can not be read');
          expect(made.get(entry.metadata.commandId)?.(state)).toEqual([entry.event]);
          state = connectionDecider.evolve(state, entry.event);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('when the answer of an append is lost', () => {
  it.each([
    ['was written', 'written, no answer'],
    ['was not written', 'not written, no answer'],
  ] as const)('repeats the same append byte for byte, and writes once, if it %s', async (_, fate) => {
    const inner = createInMemoryEventStore();
    const store = scripted(inner, fate, fate, fate, 'as usual');
    let prepared = 0;
    const executed = await run(portsOver(store), async () => {
      prepared += 1;
      return ok(connect({ profile: sealed(`sealed anew ${prepared}`) }));
    });
    expect(executed).toMatchObject({ value: { head: { revision: 1 }, events: [{ type: 'Connected' }] } });
    expect(store.appends).toHaveLength(4);
    expect(new Set(store.appends).size).toBe(1);
    expect(prepared).toBe(1);
    expect(await typesOf(inner)).toEqual(['Connected']);
  });

  it('succeeds although others wrote behind its own event', async () => {
    const inner = createInMemoryEventStore();
    const store = scripted(inner, 'written, no answer', 'as usual');
    const clock = scriptedClock();
    const ports = portsOver(store, {
      ...clock,
      sleep: async () => expect((await run(portsOver(inner), recordProfile())).isOk()).toBe(true),
    });
    expect(await run(ports, connect())).toMatchObject({ value: { head: { revision: 1 }, state: { status: 'active' } } });
    expect(await typesOf(inner)).toEqual(['Connected', 'ProfileChanged']);
  });

  it('decides anew only once it is certain that nothing was written', async () => {
    const inner = createInMemoryEventStore();
    const store = scripted(inner, 'not written, no answer', 'as usual');
    const clock = scriptedClock();
    const ports = portsOver(store, {
      ...clock,
      sleep: async () => expect((await run(portsOver(inner), connect({ userId: bob }))).isOk()).toBe(true),
    });
    expect(await run(ports, connect({ userId: ada }))).toMatchObject({ error: { kind: 'AccountLinkedToAnotherUser' } });
    expect(store.appends).toHaveLength(2);
    expect(await typesOf(inner)).toEqual(['Connected']);
  });

  it('stops asking after its limit of time and says that the outcome is not known, whatever was said last', async () => {
    const inner = createInMemoryEventStore();
    const down = { kind: 'Unavailable', part: 'event_store', reason: 'made up: refused' } as const;
    for (const last of ['not written, no answer', down] as const) {
      const store = scripted(inner, 'not written, no answer', last);
      const clock = scriptedClock();
      expect(await run(portsOver(store, clock), connect())).toMatchObject({
        error: { kind: 'Unavailable', part: 'event_store', reason: 'the outcome of a write is not known' },
      });
      expect(clock.monotonicMillis()).toBeLessThanOrEqual(8_000);
      expect(clock.sleeps.length).toBeGreaterThan(5);
      expect(new Set(store.appends).size).toBe(1);
    }
  });
});

describe('when the store refuses', () => {
  it('does not repeat an append that was certainly not written', async () => {
    const down = { kind: 'Unavailable', part: 'event_store', reason: 'made up: refused' } as const;
    const store = scripted(createInMemoryEventStore(), down);
    expect(await run(portsOver(store), connect())).toMatchObject({ error: down });
    expect(store.appends).toHaveLength(1);
  });

  it('says how large an event may be that was too large', async () => {
    const store = scripted(createInMemoryEventStore(), { kind: 'EventTooLarge', stream, bytes: 2_000_000, limit: 1_048_576 });
    expect(await run(portsOver(store), connect())).toMatchObject({
      error: { kind: 'Unavailable', reason: 'an event of 2000000 bytes is over the limit of 1048576' },
    });
  });
});
