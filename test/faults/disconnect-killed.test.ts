import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { userId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../support/gate.ts';
import { createConnectingWorld, type ConnectingWorld, type Somebody } from './connecting-world.ts';
import { openGatedPool } from './gated-pool.ts';
import { expectWhole } from './whole-connection.ts';

let world: ConnectingWorld;
beforeAll(async () => {
  world = await createConnectingWorld();
});
afterAll(() => world.close());

type Connected = Readonly<{ person: Somebody; id: ConnectionId }>;

const connected = async (): Promise<Connected> => {
  const person = await world.somebody();
  expect((await world.connect(person)).error).toBeNull();
  return { person, id: await world.connectionOf(person) };
};

const end = ({ person, id }: Connected, gate: Gate, pool?: Parameters<ConnectingWorld['gated']>[1]) =>
  disconnect(world.gated(gate, pool), world.context(), { kind: 'user', userId: userId(person.user) }, id);

const expectEnded = async ({ person }: Connected): Promise<void> => {
  expect(await expectWhole(world, person, 2)).toBe('disconnected');
  expect(await world.tiktok.isGranted(person.account)).toBe(false);
};

const open = ['sealer.open', 'dataKeys.find'];
const calls = ['eventStore.read', ...open, 'tiktok.revoke', 'eventStore.read', 'eventStore.append', 'progress.waitFor', ...open];
const append = calls.indexOf('eventStore.append');
const revoke = calls.indexOf('tiktok.revoke');
const halts = calls.flatMap((name, index) => (['before', 'after'] as const).map((side) => ({ side, name, index })));

/** Whether the call of this place had its effect. */
const isPast = ({ index, side }: Readonly<{ index: number; side: Halt['side'] }>, place: number): boolean =>
  index > place || (index === place && side === 'after');

/** What readers see of a life that goes on here although TikTok has ended its grant. */
const expectGoingOn = async ({ person, id }: Connected): Promise<void> => {
  expect(await world.history(id)).toHaveLength(1);
  expect(await world.seen(person)).toMatchObject({ views: [{ id, status: 'active', revision: 1 }], rows: [id] });
};

describe('a process killed while it disconnects', () => {
  let known: Gate;
  const haltAt = ({ index, side }: (typeof halts)[number]): Gate => createGate(haltsOf(known)[index * 2 + (side === 'after' ? 1 : 0)] ?? null, known.seen);

  beforeAll(async () => {
    known = createGate();
    expect((await end(await connected(), known)).isOk()).toBe(true);
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  it.each(halts)('$side $name ($index): the life goes on or has ended, and asking again ends it', async (halt) => {
    const life = await connected();
    const gate = haltAt(halt);
    abandon(end(life, gate));
    await gate.reached;
    expect(await world.tiktok.isGranted(life.person.account)).toBe(!isPast(halt, revoke));
    await (isPast(halt, append) ? expectEnded(life) : expectGoingOn(life));
    expect((await end(life, createGate()))._unsafeUnwrap().status).toBe('disconnected');
    await expectEnded(life);
  });

  it.each(halts)('held up $side $name ($index) while it is asked again: going on late changes nothing', async (halt) => {
    const life = await connected();
    const gate = haltAt(halt);
    const late = end(life, gate);
    await gate.reached;
    expect((await end(life, createGate()))._unsafeUnwrap().status).toBe('disconnected');
    gate.thaw();
    expect((await late)._unsafeUnwrap().status).toBe('disconnected');
    await expectEnded(life);
  });

  it('at any statement leaves a life that goes on or has ended', { timeout: 120_000 }, async () => {
    const statements = createGate();
    const whole = openGatedPool(world.databaseUrl, statements);
    expect((await end(await connected(), statements, whole.pool)).isOk()).toBe(true);
    await whole.end();
    for (const halt of haltsOf(statements)) {
      const life = await connected();
      const gate = createGate(halt, statements.seen);
      const { pool, dropConnections } = openGatedPool(world.databaseUrl, gate);
      abandon(end(life, gate, pool));
      await gate.reached;
      dropConnections();
      const { length } = await world.history(life.id);
      await (length === 2 ? expectEnded(life) : expectGoingOn(life));
      expect((await end(life, createGate()))._unsafeUnwrap().status).toBe('disconnected');
      await expectEnded(life);
    }
  });
});

it('after all of this every chain holds and every row is what its history leads to', async () => {
  expect(await world.verify()).toMatchObject({ found: 0, differences: [] });
});
