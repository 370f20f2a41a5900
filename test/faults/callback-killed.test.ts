import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { destroyKeysOfEndedLife } from '../../src/application/keys/destroy-keys.ts';
import { userId } from '../../src/domain/values/ids.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../support/gate.ts';
import { createConnectingWorld, type ConnectingWorld, type Somebody } from './connecting-world.ts';
import { openGatedPool } from './gated-pool.ts';
import { expectWhole } from './whole-connection.ts';

let world: ConnectingWorld;
beforeAll(async () => {
  world = await createConnectingWorld();
});
afterAll(() => world.close());

const firstSeal = ['sealer.seal', 'dataKeys.find', 'dataKeys.add'];
const laterSeal = ['sealer.seal', 'dataKeys.find'];
const untilSealed = ['attempts.consume', 'tiktok.exchangeCode', 'tiktok.userInfo', 'eventStore.read'];
const written = ['databaseClock.now', 'eventStore.append', 'progress.waitFor'];
const ofNewLife = [...untilSealed, ...firstSeal, ...laterSeal, ...firstSeal, ...written];
const ofSameLife = [...untilSealed, ...laterSeal, ...laterSeal, ...laterSeal, ...written];

const never = (): Promise<void> => Promise.resolve();
const before = async (person: Somebody): Promise<void> => {
  expect((await world.connect(person)).error).toBeNull();
};
const longAgo = async (person: Somebody): Promise<void> => {
  await before(person);
  const id = await world.connectionOf(person);
  const ports = world.gated(createGate());
  const ended = await disconnect(ports, world.context(), { kind: 'user', userId: userId(person.user) }, id);
  expect(ended._unsafeUnwrap().status).toBe('disconnected');
  const work = { kind: 'destroy_keys', subject: `${id}:1`, connectionId: id, life: 1, revision: 2, dueAt: ports.clock.now(), attempts: 0 } as const;
  expect(await destroyKeysOfEndedLife(ports)(work, new AbortController().signal)).toEqual({ kind: 'Done' });
};

const situations = [
  { when: 'who connects for the first time', prepare: never, events: 0, calls: ofNewLife },
  { when: 'who has connected the account before', prepare: before, events: 1, calls: ofSameLife },
  { when: 'who had disconnected the account', prepare: longAgo, events: 2, calls: ofNewLife },
] as const;

const halts = (calls: readonly string[]) => calls.flatMap((name, index) => (['before', 'after'] as const).map((side) => ({ side, name, index })));

describe.each(situations)('the callback of somebody $when', ({ prepare, events, calls }) => {
  let known: Gate;

  const somebody = async (): Promise<Somebody> => {
    const person = await world.somebody();
    await prepare(person);
    return person;
  };
  const haltAt = ({ index, side }: Readonly<{ index: number; side: Halt['side'] }>): Gate => {
    const halt = haltsOf(known)[index * 2 + (side === 'after' ? 1 : 0)];
    return createGate(halt ?? null, known.seen);
  };
  const append = calls.indexOf('eventStore.append');
  const isWritten = ({ index, side }: Readonly<{ index: number; side: Halt['side'] }>): boolean => index > append || (index === append && side === 'after');

  beforeAll(async () => {
    const person = await somebody();
    known = createGate();
    const outcome = await world.complete(world.gated(known), await world.consent(person));
    expect(outcome.error).toBeNull();
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  it.each(halts(calls))('killed $side $name ($index): all or nothing is there, and trying again connects', async (halt) => {
    const person = await somebody();
    const gate = haltAt(halt);
    abandon(world.complete(world.gated(gate), await world.consent(person)));
    await gate.reached;
    const left = events + (isWritten(halt) ? 1 : 0);
    await expectWhole(world, person, left);
    expect((await world.connect(person)).error).toBeNull();
    expect(await expectWhole(world, person, left + 1)).toBe('active');
  });

  it.each(halts(calls))('held up $side $name ($index) while the person tries again: going on late does no harm', async (halt) => {
    const person = await somebody();
    const gate = haltAt(halt);
    const late = world.complete(world.gated(gate), await world.consent(person));
    await gate.reached;
    expect((await world.connect(person)).error).toBeNull();
    gate.thaw();
    expect((await late).error).toBeNull();
    expect(await expectWhole(world, person, events + 2)).toBe('active');
  });
});

describe('a process killed at a statement of the callback', () => {
  const runWith = async (gate: Gate, person: Somebody) => {
    const { pool, dropConnections, end } = openGatedPool(world.databaseUrl, gate);
    return { outcome: world.complete(world.gated(gate, pool), await world.consent(person)), dropConnections, end };
  };

  it('leaves all or nothing, and trying again connects', { timeout: 120_000 }, async () => {
    const known = createGate();
    const whole = await runWith(known, await world.somebody());
    expect((await whole.outcome).error).toBeNull();
    await whole.end();
    const all = haltsOf(known);
    // Those of reading and appending events stand in the store, where it is EventStoreDB.
    const statements = all.filter(({ place }) => known.seen[place]?.name === 'statement.query');
    expect(statements.length).toBeGreaterThanOrEqual(historyIsInPostgres() ? 20 : 14);

    for (const halt of all) {
      const person = await world.somebody();
      const gate = createGate(halt, known.seen);
      const { outcome, dropConnections } = await runWith(gate, person);
      abandon(outcome);
      await gate.reached;
      dropConnections();
      const left = (await world.history(await world.connectionOf(person))).length;
      expect(left, `${halt.side} ${known.seen[halt.place]?.name}`).toBeLessThanOrEqual(1);
      await expectWhole(world, person, left);
      expect((await world.connect(person)).error).toBeNull();
      expect(await expectWhole(world, person, left + 1)).toBe('active');
    }
  });
});

it('after all of this every chain holds and every row is what its history leads to', async () => {
  expect(await world.verify()).toMatchObject({ found: 0, differences: [] });
});
