import { setImmediate } from 'node:timers/promises';
import { okAsync } from 'neverthrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { grantAccessToken, type GrantPorts } from '../../../src/application/tokens/grant-access-token.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../../support/gate.ts';
import { createTokenWorld, type TokenWorld } from './token-world.ts';

const day = 86_400_000;

const taken = ['warmTokens.grant', 'databaseClock.now', 'eventStore.read'];
const won = ['eventStore.read', 'databaseClock.now', 'sealer.holdAll', 'eventStore.append'];
const called = ['tiktok.refresh'];
const kept = ['databaseClock.now', 'eventStore.append', 'progress.waitFor'];
const handedOut = ['eventStore.read', 'sealer.openAll', 'securityLog.record'];
const calls = [...taken, ...won, ...called, ...kept, ...handedOut];

const answered = calls.indexOf('tiktok.refresh');
const written = calls.lastIndexOf('eventStore.append');
const halts = calls.flatMap((name, index) => (['before', 'after'] as const).map((side) => ({ side, name, index })));
type Place = Readonly<{ index: number; side: Halt['side'] }>;
const isPast = ({ index, side }: Place, place: number): boolean => index > place || (index === place && side === 'after');
/** TikTok has spent the refresh token, and nobody wrote down what it gave for it. */
const isLost = (place: Place): boolean => isPast(place, answered) && !isPast(place, written);

const portsOf = (world: TokenWorld, gate: Gate): GrantPorts => {
  const { clock, ids, underWay, ...ports } = world.replica();
  return {
    clock,
    ids,
    underWay,
    gate: gate.wrap('gate', ports.gate),
    eventStore: gate.wrap('eventStore', ports.eventStore),
    databaseClock: gate.wrap('databaseClock', ports.databaseClock),
    sealer: gate.wrap('sealer', ports.sealer),
    tiktok: gate.wrap('tiktok', ports.tiktok),
    progress: gate.wrap('progress', ports.progress),
    warmTokens: gate.wrap('warmTokens', { grant: () => okAsync(null) }),
    securityLog: gate.wrap('securityLog', { record: () => okAsync(undefined) }),
  };
};

const ask = (world: TokenWorld, id: ConnectionId, gate: Gate) =>
  grantAccessToken(portsOf(world, gate), world.context(), { kind: 'service', keyId: 'test', scopes: [] }, { connectionId: id, minValidityMillis: 60_000, reason: null });

const someone = async (): Promise<Readonly<{ world: TokenWorld; id: ConnectionId }>> => {
  const world = createTokenWorld();
  const id = await world.connect('ada');
  world.clock.pass(2 * day);
  return { world, id };
};

/** Asks as another replica does, again and again, until there is a definite answer. */
const askUntilDefinite = async (world: TokenWorld, id: ConnectionId) => {
  for (let tries = 0; tries < 20; tries += 1) {
    const asked = await Promise.race([ask(world, id, createGate()), world.clock.sleep(20_000).then(() => null), advance(world)]);
    if (asked !== null && (asked.isOk() || asked.error.kind === 'ReauthorizationNeeded')) return asked;
    world.clock.pass(31_000);
  }
  throw new Error('no definite answer');
};

/** Those who wait for another's attempt sleep in between: their time passes here. */
const advance = async (world: TokenWorld): Promise<null> => {
  for (let turns = 0; turns < 60; turns += 1) {
    for (let ticks = 0; ticks < 20; ticks += 1) await Promise.resolve();
    await setImmediate();
    world.clock.pass(400);
  }
  return null;
};

describe('a process killed while it refreshes', () => {
  let known: Gate;
  const haltAt = ({ index, side }: (typeof halts)[number]): Gate => createGate(haltsOf(known)[index * 2 + (side === 'after' ? 1 : 0)] ?? null, known.seen);
  const killedAt = async (halt: (typeof halts)[number]) => {
    const { world, id } = await someone();
    const gate = haltAt(halt);
    abandon(ask(world, id, gate));
    await gate.reached;
    return { world, id, gate };
  };

  beforeAll(async () => {
    const { world, id } = await someone();
    known = createGate();
    expect((await ask(world, id, known)).isOk()).toBe(true);
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  it.each(halts)('$side $name ($index): others get the token, and only a lost answer asks for a consent, and says so', async (halt) => {
    const { world, id } = await killedAt(halt);
    const outcome = await askUntilDefinite(world, id);
    const asked = (await world.events(id)).flatMap(({ event }) => (event.type === 'ReauthorizationRequired' ? [event.data.reason] : []));
    expect(asked).toEqual(isLost(halt) ? ['response_lost'] : []);
    expect(outcome.isOk()).toBe(!isLost(halt));
    expect(world.tiktok.refreshes.length).toBeLessThanOrEqual(2);
    if (!isLost(halt)) expect(outcome._unsafeUnwrap().token.reveal()).toBe(`access/ada/${world.tiktok.grants.get('ada')?.generation}`);
  });

  it.each(halts)('$side $name ($index): a consent heals what was lost, in the same life', async (halt) => {
    const { world, id } = await killedAt(halt);
    expect((await askUntilDefinite(world, id)).isOk()).toBe(!isLost(halt));
    await world.connect('ada');
    const outcome = await askUntilDefinite(world, id);
    expect(outcome.isOk()).toBe(true);
    expect(new Set((await world.events(id)).map(({ event }) => ('life' in event.data ? event.data.life : 0)))).toEqual(new Set([1]));
  });

  it.each(halts)('held up $side $name ($index) while others go on: what it brings late is kept when newest, and overwrites nothing', async (halt) => {
    const { world, id, gate } = await killedAt(halt);
    expect((await askUntilDefinite(world, id)).isOk()).toBe(!isLost(halt));
    gate.thaw();
    await advance(world);
    const outcome = await askUntilDefinite(world, id);
    expect(outcome.isOk()).toBe(true);
    expect(outcome._unsafeUnwrap().token.reveal()).toBe(`access/ada/${world.tiktok.grants.get('ada')?.generation}`);
  });
});
