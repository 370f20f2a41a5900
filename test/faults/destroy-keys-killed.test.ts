import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { destroyKeysOfEndedLife } from '../../src/application/keys/destroy-keys.ts';
import type { KeyRecord } from '../../src/application/ports/data-key-records.ts';
import type { LeasedWork } from '../../src/application/work-lists/work-handler.ts';
import { userId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { abandon, awaited, createGate, haltsOf, type Gate } from '../support/gate.ts';
import { createConnectingWorld, type ConnectingWorld } from './connecting-world.ts';
import { openGatedPool } from './gated-pool.ts';

let world: ConnectingWorld;
beforeAll(async () => {
  world = await createConnectingWorld();
});
afterAll(() => world.close());

const calls = ['eventStore.read', 'dataKeys.fence', 'securityLog.record'];
const halts = calls.flatMap((name, index) => (['before', 'after'] as const).map((side) => ({ side, name, index })));

/** A life that has ended and whose key still stands. */
const endedLife = async (): Promise<LeasedWork> => {
  const person = await world.somebody();
  expect((await world.connect(person)).error).toBeNull();
  const connectionId = await world.connectionOf(person);
  const ports = world.gated(createGate());
  expect((await disconnect(ports, world.context(), { kind: 'user', userId: userId(person.user) }, connectionId)).isOk()).toBe(true);
  return { kind: 'destroy_keys', subject: `${connectionId}:1`, connectionId, life: 1, revision: 2, dueAt: ports.clock.now(), attempts: 1 };
};

const handle = (work: LeasedWork, gate: Gate, pool?: Parameters<ConnectingWorld['gated']>[1]) =>
  destroyKeysOfEndedLife(world.gated(gate, pool))(work, new AbortController().signal);

const recordOf = async (connectionId: ConnectionId, purpose: 'tokens' | 'profile'): Promise<KeyRecord['kind'] | undefined> =>
  (await world.service.get('dataKeys').find([{ connectionId, life: 1, purpose }]))._unsafeUnwrap()[0]?.kind;

/** How many rows there are of a key of tokens, and of its fence. */
const rowsOf = async (connectionId: ConnectionId): Promise<unknown> => {
  const count = (table: string) => `(select count(*)::int from tiktok_connections.${table} where connection_id = $1 and purpose = 'tokens')`;
  const { rows }: { rows: readonly unknown[] } = await world.service.get('pool').query(`select ${count('data_keys')} as keys, ${count('data_key_fences')} as fences`, [connectionId]);
  return rows[0];
};

const expectDestroyed = async (connectionId: ConnectionId): Promise<void> => {
  expect(await rowsOf(connectionId)).toEqual({ keys: 0, fences: 1 });
  expect(await recordOf(connectionId, 'tokens')).toBe('Fenced');
  expect(await recordOf(connectionId, 'profile')).toBe('Key');
  const sealed = await world.service.get('sealer').seal({ connectionId, life: 1, purpose: 'tokens', field: 'access_token' }, secret('made-up'));
  expect(sealed._unsafeUnwrapErr()).toEqual({ kind: 'Erased' });
};

const expectKeyOrFence = async (connectionId: ConnectionId): Promise<void> => {
  expect([{ keys: 1, fences: 0 }, { keys: 0, fences: 1 }]).toContainEqual(await rowsOf(connectionId));
};

describe('a process killed while it destroys the keys of an ended life', () => {
  let known: Gate;
  const haltAt = ({ index, side }: (typeof halts)[number]): Gate => createGate(haltsOf(known)[index * 2 + (side === 'after' ? 1 : 0)] ?? null, known.seen);

  beforeAll(async () => {
    known = createGate();
    expect(await handle(await endedLife(), known)).toEqual({ kind: 'Done' });
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  it.each(halts)('$side $name: the key stands or its fence does, and the next try ends it', async (halt) => {
    const work = await endedLife();
    const gate = haltAt(halt);
    abandon(handle(work, gate));
    await gate.reached;
    await expectKeyOrFence(work.connectionId);
    expect(await handle(work, createGate())).toEqual({ kind: 'Done' });
    await expectDestroyed(work.connectionId);
  });

  it.each(halts)('held up $side $name while another replica does it: going on late changes nothing', async (halt) => {
    const work = await endedLife();
    const gate = haltAt(halt);
    const late = handle(work, gate);
    await gate.reached;
    expect(await handle(work, createGate())).toEqual({ kind: 'Done' });
    gate.thaw();
    expect(await late).toEqual({ kind: 'Done' });
    await expectDestroyed(work.connectionId);
  });

  it('at any statement leaves the key or its fence, never both and never neither', { timeout: 120_000 }, async () => {
    const statements = createGate();
    const whole = openGatedPool(world.databaseUrl, statements);
    expect(await handle(await endedLife(), statements, whole.pool)).toEqual({ kind: 'Done' });
    await whole.end();
    for (const halt of haltsOf(statements)) {
      const work = await endedLife();
      const gate = createGate(halt, statements.seen);
      const { pool, dropConnections } = openGatedPool(world.databaseUrl, gate);
      abandon(handle(work, gate, pool));
      await gate.reached;
      dropConnections();
      await expectKeyOrFence(work.connectionId);
      expect(await handle(work, createGate())).toEqual({ kind: 'Done' });
      await expectDestroyed(work.connectionId);
    }
  });

  it('does nothing to a life that goes on', async () => {
    const person = await world.somebody();
    await world.connect(person);
    const connectionId = await world.connectionOf(person);
    const work = { ...(await endedLife()), connectionId, subject: `${connectionId}:1` };
    expect(await handle(work, createGate())).toEqual({ kind: 'Done' });
    expect(await recordOf(connectionId, 'tokens')).toBe('Key');
  });
});
