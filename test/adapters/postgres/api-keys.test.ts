import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import type { ApiKeys } from '../../../src/application/ports/api-keys.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const running: ReturnType<typeof createApiKeys>[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((keys) => keys.stop()));
});

const startReplica = async (pool = database.anotherPool()) => {
  const keys = createApiKeys(pool, systemClock);
  running.push(keys);
  keys.start();
  await vi.waitFor(() => expect(keys.health()).toEqual({ running: true, listening: true, lastError: null }));
  return keys;
};

const makeKey = async (keys: ApiKeys) => {
  const id = randomBytes(8).toString('hex');
  const token = systemIds.token();
  const added = (await keys.add({ id, name: 'backend', scopes: ['publish'], secretDigest: systemIds.digest(token) }))._unsafeUnwrap();
  return { id, added, presented: secret(`tck_${id}_${token.reveal()}`) };
};

const verified = async (keys: ApiKeys, presented: ReturnType<typeof secret<string>>) => (await keys.verify(presented))._unsafeUnwrap();

test('a key proves itself with its secret and nothing else', async () => {
  const keys = createApiKeys(database.pool, systemClock);
  const { id, added, presented } = await makeKey(keys);
  expect(await verified(keys, presented)).toEqual(added);
  for (const wrong of [`tck_${id}_`, `tck_${id}_${'A'.repeat(43)}`, `tck_0000000000000000_${'A'.repeat(43)}`, 'tck_', '', `${presented.reveal()} `]) {
    expect(await verified(keys, secret(wrong))).toBeNull();
  }
});

test('nothing of the secret is kept but its digest', async () => {
  const { presented } = await makeKey(createApiKeys(database.pool, systemClock));
  const { rows } = await database.pool.query<{ row: string }>('select k::text as row from tiktok_connections.api_keys k');
  const plain = presented.reveal().split('_').slice(2).join('_');
  expect(rows.some(({ row }) => row.includes(plain))).toBe(false);
});

test('the list holds live and revoked keys; revoking twice keeps the first time; an unknown key is null', async () => {
  const keys = createApiKeys(database.pool, systemClock);
  const { id } = await makeKey(keys);
  const revoked = (await keys.revoke(id))._unsafeUnwrap();
  expect(revoked?.revokedAt).not.toBeNull();
  expect((await keys.revoke(id))._unsafeUnwrap()).toEqual(revoked);
  expect((await keys.list())._unsafeUnwrap()).toContainEqual(revoked);
  expect((await keys.revoke('ffffffffffffffff'))._unsafeUnwrap()).toBeNull();
});

test('verifying a known key sends no statement', async () => {
  const pool = database.anotherPool();
  const keys = createApiKeys(database.pool, systemClock);
  const { added, presented } = await makeKey(keys);
  const replica = await startReplica(pool);
  const query = vi.spyOn(pool, 'query');
  const asked = () => query.mock.calls.filter(([config]) => JSON.stringify(config).includes('live_key"')).length;
  for (let turn = 0; turn < 100; turn += 1) expect(await verified(replica, presented)).toEqual(added);
  expect(asked()).toBe(0);
});

test('a key made a moment ago by another replica is accepted at once', async () => {
  const replica = await startReplica();
  const { added, presented } = await makeKey(createApiKeys(database.pool, systemClock));
  expect(await verified(replica, presented)).toEqual(added);
});

test('the replica that revokes a key refuses it at once', async () => {
  const replica = await startReplica();
  const { id, presented } = await makeKey(replica);
  await vi.waitFor(async () => expect(await verified(replica, presented)).not.toBeNull());
  (await replica.revoke(id))._unsafeUnwrap();
  expect(await verified(replica, presented)).toBeNull();
});

test('a revoked key is refused by the other replica when its notification comes', async () => {
  const replica = await startReplica();
  const other = createApiKeys(database.pool, systemClock);
  const { id, presented } = await makeKey(other);
  expect(await verified(replica, presented)).not.toBeNull();
  (await other.revoke(id))._unsafeUnwrap();
  await vi.waitFor(async () => expect(await verified(replica, presented)).toBeNull(), { timeout: 1_000, interval: 5 });
});

test('a revoked key is refused by the other replica within a second when its notification is lost', async () => {
  const replica = await startReplica();
  const { id, presented } = await makeKey(createApiKeys(database.pool, systemClock));
  await vi.waitFor(async () => expect(await verified(replica, presented)).not.toBeNull());
  const revokedAt = performance.now();
  await database.pool.query(`with revoked as (update tiktok_connections.api_keys set revoked_at = now() where id = $1)
    update tiktok_connections.api_keys_version set version = version + 1`, [id]);
  await vi.waitFor(async () => expect(await verified(replica, presented)).toBeNull(), { timeout: 1_000, interval: 5 });
  expect(performance.now() - revokedAt).toBeLessThan(1_000);
});

test('a copy older than a second is not believed', async () => {
  const { id, presented } = await makeKey(createApiKeys(database.pool, systemClock));
  let past = 0;
  const pool = database.anotherPool();
  const keys = createApiKeys(pool, { ...systemClock, monotonicMillis: () => past });
  running.push(keys);
  keys.start();
  await vi.waitFor(() => expect(keys.health().listening).toBe(true));
  const blocker = await database.anotherPool().connect();
  await blocker.query('begin; lock table tiktok_connections.api_keys_version in access exclusive mode');
  await database.pool.query('update tiktok_connections.api_keys set revoked_at = now() where id = $1', [id]);
  past += 999;
  expect(await verified(keys, presented)).not.toBeNull();
  past += 1;
  expect(await verified(keys, presented)).toBeNull();
  await blocker.query('rollback');
  blocker.release();
});

test('when the database is away, a key is neither accepted nor refused but Unavailable', async () => {
  const lost = await createMigratedDatabase();
  const pool = createPool({ url: lost.url });
  const keys = await startReplica(pool);
  const { presented } = await makeKey(keys);
  await vi.waitFor(async () => expect(await verified(keys, presented)).not.toBeNull());
  await lost.drop();
  await vi.waitFor(async () => expect((await keys.verify(presented)).isErr()).toBe(true), { timeout: 2_000 });
  expect(keys.health().lastError).not.toBeNull();
  await keys.stop();
  await pool.end();
});

test('without a copy every key is asked of the database', async () => {
  const keys = createApiKeys(absentPool(), systemClock);
  expect((await keys.verify(secret(`tck_0000000000000000_${'A'.repeat(43)}`)))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
