import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createExpirySweep } from '../../../src/adapters/postgres/postgres-expiry-sweep.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const records = async (): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ key: string }>('select key from tiktok_connections.idempotency_records order by key');
  return rows.map(({ key }) => key);
};

test('the sweep deletes all that has expired, also more than one batch, and nothing else', async () => {
  await database.pool.query(`insert into tiktok_connections.idempotency_records
    select 'scope', 'old' || n, 'digest', null, now() - interval '1 day', now() - interval '1 second' from generate_series(1, 2500) n
    union all select 'scope', 'kept', 'digest', null, now(), now() + interval '1 minute'`);
  await database.pool.query(`insert into tiktok_connections.authorization_attempts
    values (gen_random_uuid(), 'state', 'cookie', 'user', 'https://app.example', false, now() - interval '1 second', null)`);
  await database.pool.query(`insert into tiktok_connections.connect_sessions
    values ('token', 'user', null, null, false, now() - interval '1 second', null)`);

  const sweep = createExpirySweep(database.pool);
  sweep.start();
  await vi.waitFor(async () => expect(await records()).toEqual(['kept']));
  await sweep.stop();

  const { rows } = await database.pool.query(`select 1 from tiktok_connections.authorization_attempts
    union all select 1 from tiktok_connections.connect_sessions`);
  expect(rows).toEqual([]);
});

test('a webhook is kept for 30 days, and no longer, also one that nobody could work on', async () => {
  await database.pool.query(`insert into tiktok_connections.webhook_intake (digest, event, due_at)
    values (sha256('old'), 'post.publish.complete', now()), (sha256('new'), 'post.publish.complete', now())`);
  const age = `update tiktok_connections.webhook_intake set expires_at = expires_at - $2::interval where digest = sha256($1)`;
  await database.pool.query(age, ['old', '30 days']);
  await database.pool.query(age, ['new', '29 days 23 hours']);
  const kept = async (): Promise<unknown> =>
    (await database.pool.query(`select encode(digest, 'hex') = encode(sha256('new'), 'hex') as is_new from tiktok_connections.webhook_intake`)).rows;

  const sweep = createExpirySweep(database.pool);
  sweep.start();
  await vi.waitFor(async () => expect(await kept()).toEqual([{ is_new: true }]));
  await sweep.stop();
});

test('a database that is away shows in the health of the sweep, which goes on and stops when told', async () => {
  const sweep = createExpirySweep(absentPool());
  sweep.start();
  await vi.waitFor(() => expect(sweep.health()).toEqual({ running: true, lastError: 'ECONNREFUSED' }));
  await sweep.stop();
  expect(sweep.health().running).toBe(false);
});
