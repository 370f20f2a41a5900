import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWorkLeases } from '../../../../src/adapters/postgres/work-lists/work-leases.ts';
import { workKinds } from '../../../../src/application/work-lists/work-kinds.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { watchStatements } from '../../../support/sent-statements.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => database.pool.query('truncate tiktok_connections.work_items, tiktok_connections.work_runs'));
afterAll(() => database.drop());

const put = (subject: string, dueInMillis = -1_000, revision = 2) =>
  database.pool.query(
    `insert into tiktok_connections.work_items values ('destroy_keys', $1, $2, 1, $3, now() + $4 * interval '1 ms', now() + $4 * interval '1 ms')
     on conflict (kind, subject) do update set revision = excluded.revision, due_at = excluded.due_at, runnable_at = excluded.runnable_at`,
    [subject, randomUUID(), revision, dueInMillis],
  );
/** As if so much time had passed. */
const pass = (millis: number) =>
  database.pool.query(
    `with runs as (update tiktok_connections.work_runs set leased_until = leased_until - $1 * interval '1 ms', next_try_at = next_try_at - $1 * interval '1 ms')
     update tiktok_connections.work_items set due_at = due_at - $1 * interval '1 ms', runnable_at = runnable_at - $1 * interval '1 ms'`,
    [millis],
  );
const leases = () => createWorkLeases(database.pool);
const takeAll = async (limit = 10, leaseMillis = 10_000) => leases().take(workKinds, limit, leaseMillis);
const subjects = async (limit = 10) => (await takeAll(limit)).map(({ work }) => work.subject);
const only = async () => {
  const [lease] = await takeAll();
  if (lease === undefined) throw new Error('nothing was leased');
  return lease;
};

describe('an item', () => {
  test('is leased once due, oldest first, at most as many as asked for', async () => {
    await put('second', -1_000);
    await put('first', -2_000);
    await put('third', -500);
    await put('later', 60_000);
    expect(await subjects(2)).toEqual(expect.arrayContaining(['first', 'second']));
    expect(await subjects()).toEqual(['third']);
    expect(await subjects()).toEqual([]);
  });

  test('is leased by one of many workers at a time', async () => {
    for (let number = 0; number < 30; number += 1) await put(`item ${number}`);
    const [one, other] = [createWorkLeases(database.pool), createWorkLeases(database.anotherPool())];
    const taken = await Promise.all(Array.from({ length: 30 }, (_, turn) => (turn % 2 === 0 ? one : other).take(workKinds, 4, 10_000)));
    const all = taken.flat().map(({ work }) => work.subject);
    expect(all).toHaveLength(new Set(all).size);
    expect([...all, ...(await subjects(50))]).toHaveLength(30);
  });

  test('that is not renewed is leased again, with one attempt more, and the first worker notices', async () => {
    await put('item');
    const first = await only();
    expect(first.work).toMatchObject({ subject: 'item', revision: 2, attempts: 1 });
    await pass(11_000);
    expect(await leases().renew([first], 10_000)).toEqual([]);
    expect((await only()).work.attempts).toBe(2);
    expect(await leases().renew([first], 10_000)).toEqual([]);
  });

  test('that is renewed stays with its worker', async () => {
    await put('item');
    const lease = await only();
    await pass(9_000);
    expect(await leases().renew([lease], 10_000)).toEqual([lease]);
    await pass(9_000);
    expect(await subjects()).toEqual([]);
  });

  test('that is done is not leased again, until a later revision replaces it', async () => {
    await put('item');
    await leases().done(await only());
    await pass(1_000_000);
    expect(await subjects()).toEqual([]);
    await put('item', -1_000, 5);
    expect((await only()).work).toMatchObject({ revision: 5, attempts: 1 });
  });

  test('that is done together with others shares their statement', async () => {
    for (const subject of ['one', 'two', 'three']) await put(subject);
    const taken = await takeAll();
    using sent = watchStatements();
    const by = leases();
    await Promise.all(taken.map((lease) => by.done(lease)));
    expect(sent.of(['work_leases.go_on'])).toEqual(['work_leases.go_on']);
    await pass(1_000_000);
    expect(await subjects()).toEqual([]);
  });

  test('that two say at once is done, of whom one has lost its lease meanwhile, is done', async () => {
    await put('item');
    await put('another');
    const lost = await takeAll();
    await pass(1_000_000);
    const taken = await takeAll();
    const by = leases();
    await Promise.all([...lost, ...taken].map((lease) => by.done(lease)));
    await pass(1_000_000);
    expect(await subjects()).toEqual([]);
    expect((await database.pool.query('select lease, leased_until, attempts from tiktok_connections.work_runs')).rows).toEqual([
      { lease: null, leased_until: null, attempts: 0 },
      { lease: null, leased_until: null, attempts: 0 },
    ]);
  });

  test('that is done does not wait for the projector that is writing it, nor is it leased again', async () => {
    await put('item');
    const lease = await only();
    const projector = await database.anotherPool().connect();
    await projector.query('begin');
    await projector.query('select from tiktok_connections.work_items for update');
    await leases().done(lease);
    await projector.query('rollback');
    projector.release();
    await pass(1_000_000);
    expect(await subjects()).toEqual([]);
  });

  test('that is done stays done when a rebuild restores it as if it were not', async () => {
    await put('item');
    await leases().done(await only());
    await put('item');
    expect(await subjects()).toEqual([]);
    expect(await leases().nextDueMillis(workKinds)).toBeNull();
  });

  test('that a rebuild restores while it is worked on stays leased', async () => {
    await put('item');
    const lease = await only();
    await put('item');
    expect(await subjects()).toEqual([]);
    await leases().done(lease);
    expect(await subjects()).toEqual([]);
  });

  test('whose revision changed while it was worked on is due again once that is done', async () => {
    await put('item');
    const lease = await only();
    await put('item', -1_000, 3);
    expect(await subjects()).toEqual([]);
    await leases().done(lease);
    expect((await only()).work.revision).toBe(3);
  });

  test('that went well without an event keeps its next time through a rebuild, and counts its attempts anew', async () => {
    await put('item');
    await leases().retry(await only(), 0, 'no answer');
    await leases().later(await only(), 5_000);
    expect(await subjects()).toEqual([]);
    await put('item');
    expect(await subjects()).toEqual([]);
    await pass(5_000);
    expect((await only()).work.attempts).toBe(1);
  });

  test('that failed waits for its next try, and counts its attempts', async () => {
    await put('item');
    await leases().retry(await only(), 5_000, 'no answer');
    expect(await subjects()).toEqual([]);
    expect(await leases().nextDueMillis(workKinds)).toBeGreaterThan(4_000);
    await pass(5_000);
    expect((await only()).work.attempts).toBe(2);
    const { rows } = await database.pool.query('select last_reason from tiktok_connections.work_runs');
    expect(rows).toEqual([{ last_reason: 'no answer' }]);
  });

  test('that failed keeps waiting when a rebuild restores it', async () => {
    await put('item');
    await leases().retry(await only(), 5_000, 'no answer');
    await put('item');
    expect(await subjects()).toEqual([]);
    expect(await leases().nextDueMillis(workKinds)).toBeGreaterThan(4_000);
  });

  test('that failed is due at once in a later revision, with its attempts at one', async () => {
    await put('item');
    await leases().retry(await only(), 5_000, 'no answer');
    await put('item', -1_000, 3);
    expect((await only()).work.attempts).toBe(1);
  });

  test('that was given back is leased again at once, as if it had not been tried', async () => {
    await put('item');
    await leases().release([await only()]);
    expect((await only()).work.attempts).toBe(1);
  });

  test('that somebody else has by now is neither retried nor given back by the one who lost it', async () => {
    await put('item');
    const lost = await only();
    await pass(11_000);
    const current = await only();
    await leases().retry(lost, 0, 'late');
    await leases().release([lost]);
    expect(await subjects()).toEqual([]);
    expect(await leases().renew([current], 10_000)).toEqual([current]);
  });
});

test('the next due time is that of the earliest item, and null without one', async () => {
  expect(await leases().nextDueMillis(workKinds)).toBeNull();
  await put('later', 60_000);
  await put('sooner', 30_000);
  const millis = (await leases().nextDueMillis(workKinds)) ?? 0;
  expect(millis).toBeGreaterThan(25_000);
  expect(millis).toBeLessThanOrEqual(30_000);
  await put('overdue', -5_000);
  expect(await leases().nextDueMillis(workKinds)).toBe(0);
});
