import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createWorkLeases } from '../../../../src/adapters/postgres/work-lists/work-leases.ts';
import { workKinds } from '../../../../src/application/work-lists/work-kinds.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => database.pool.query('truncate tiktok_connections.work_items, tiktok_connections.work_runs'));
afterAll(() => database.drop());

const put = (subject: string) =>
  database.pool.query(`insert into tiktok_connections.work_items values ('destroy_keys', $1, $2, 1, 2, now() - interval '1 s', now() - interval '1 s')`, [subject, randomUUID()]);
const leases = () => createWorkLeases(database.pool);
const takeAll = () => leases().take(workKinds, 10, 10_000);

/** Another statement, as far as its locks go, in a transaction that stays open meanwhile. */
const otherTransaction = async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('begin');
  const lock = (table: string, subject: string) => client.query(`select from tiktok_connections.${table} where subject = $1 for update`, [subject]);
  return { lock, end: () => client.query('commit') };
};

const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1`;
const waits = (statement: string): Promise<void> => expect.poll(async () => (await database.pool.query(waiting, [`%${statement}%`])).rowCount).toBe(1);

describe('of statements that meet at one item none waits for the other in a ring', () => {
  test('a retry waits for the item before it holds the run that the other wants next', async () => {
    await put('item');
    const [lease] = await takeAll();
    const other = await otherTransaction();
    await other.lock('work_items', 'item');
    const retried = lease === undefined ? undefined : leases().retry(lease, 0, 'no answer');
    await waits('last_reason = $6');
    await other.lock('work_runs', 'item');
    await other.end();
    await retried;
    expect(await takeAll()).toMatchObject([{ work: { subject: 'item', attempts: 2 } }]);
  });

  test('runs that are given back together are locked in the order of their names, whatever order they come in', async () => {
    await put('a');
    await put('b');
    const taken = (await takeAll()).toSorted((one, two) => two.work.subject.localeCompare(one.work.subject));
    const other = await otherTransaction();
    await other.lock('work_runs', 'a');
    const released = leases().release(taken);
    await waits('attempts - 1');
    await other.lock('work_runs', 'b');
    await other.end();
    await released;
    expect((await takeAll()).map(({ work }) => work.subject).toSorted()).toEqual(['a', 'b']);
  });

  test('what is given back does not wait for the projector that is writing the item', async () => {
    await put('item');
    const projector = await otherTransaction();
    const taken = await takeAll();
    await projector.lock('work_items', 'item');
    await leases().release(taken);
    await projector.end();
    const { rows } = await database.pool.query('select lease, attempts from tiktok_connections.work_runs');
    expect(rows).toEqual([{ lease: null, attempts: 0 }]);
  });
});
