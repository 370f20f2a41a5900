import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createDatabaseClock } from '../../../src/adapters/postgres/postgres-database-clock.ts';
import { createWebhookLeases } from '../../../src/adapters/postgres/webhooks/webhook-leases.ts';
import { createWebhookIntake } from '../../../src/adapters/postgres/webhooks/postgres-webhook-intake.ts';
import type { KeySlot } from '../../../src/application/ports/data-key-records.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';
import { watchStatements, type SentStatements } from '../../support/sent-statements.ts';

let database: MigratedDatabase;
let sent: SentStatements;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => {
  sent = watchStatements();
});
afterEach(() => sent[Symbol.dispose]());
afterAll(() => database.drop());

test('the database is asked once for those who ask the time in one turn', async () => {
  const clock = createDatabaseClock(database.pool);
  const times = await Promise.all(Array.from({ length: 5 }, () => clock.now()));
  expect(new Set(times.map((time) => time._unsafeUnwrap())).size).toBe(1);
  const later = (await clock.now())._unsafeUnwrap();
  expect(later >= (times[0]?._unsafeUnwrap() ?? later)).toBe(true);
  expect(sent.of(['database-clock'])).toHaveLength(2);
});

test('data keys that are looked up in one turn are one statement, and each is answered with its own', async () => {
  const records = createDataKeyRecords(database.pool);
  const slot = (change: Partial<KeySlot> = {}): KeySlot => ({ connectionId: connectionId(randomUUID()), life: 1, purpose: 'tokens', ...change });
  const [one, other, fenced] = [slot(), slot({ purpose: 'profile' }), slot()];
  for (const [place, id] of [[one, 'one'], [other, 'other']] as const) {
    (await records.add(place, { id, keyEncryptionKeyId: 'kek-1', wrapped: `wrapped ${id}` }))._unsafeUnwrap();
  }
  (await records.fence([fenced], 'erased'))._unsafeUnwrap();
  sent.forget();
  const lists = [[one], [], [fenced, other], [slot(), one]];
  const found = await Promise.all(lists.map((slots) => records.find(slots)));
  const words = found.map((list) => list._unsafeUnwrap().map((record) => (record.kind === 'Key' ? record.key.id : record.kind)));
  expect(words).toEqual([['one'], [], ['Fenced', 'other'], ['Missing', 'one']]);
  expect(sent.of(['data_keys.find'])).toEqual(['data_keys.find']);
});

test('webhooks that come in one turn are one statement, and of two alike the first is new', async () => {
  const intake = createWebhookIntake(database.pool);
  const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
  const webhook = (digest: string) => ({ digest, event: 'made.up', connectionId: null, body: sealed('sealed'), toBeHandled: false, traceparent: null });
  const stored = await Promise.all([one, other, one].map((digest) => intake.store(webhook(digest))));
  expect(stored.map((each) => each._unsafeUnwrap())).toEqual([true, true, false]);
  expect((await intake.store(webhook(other)))._unsafeUnwrap()).toBe(false);
  expect(sent.of(['webhook_intake.store'])).toHaveLength(2);
});

test('webhooks that are put off or done in one turn share a statement, each with its own time and reason', async () => {
  const intake = createWebhookIntake(database.pool);
  const digests = ['c', 'd', 'e', 'f'].map((digit) => digit.repeat(64));
  const kept = await Promise.all(digests.map((digest) => intake.store({ digest, event: 'made.due', connectionId: null, body: sealed('sealed'), toBeHandled: true, traceparent: null })));
  expect(kept.map((each) => each._unsafeUnwrap())).toEqual([true, true, true, true]);
  const leases = createWebhookLeases(database.pool);
  const [one, other, third, lost] = await leases.take(['made.due'], 4, 60_000);
  if (one === undefined || other === undefined || third === undefined || lost === undefined) throw new Error('four are due');
  sent.forget();
  await Promise.all([leases.retry(one, 60_000, 'first'), leases.retry(other, 120_000, 'second'), leases.retry({ ...lost, id: randomUUID() }, 1, 'not mine'), leases.done(third)]);
  expect(sent.of(['webhook_leases.retry', 'webhook_leases.done'])).toEqual(['webhook_leases.retry', 'webhook_leases.done']);
  const { rows } = await database.pool.query(
    `select encode(digest, 'hex') as digest, last_reason, body, round(extract(epoch from due_at - clock_timestamp()) / 30)::integer as "halfMinutes"
     from tiktok_connections.webhook_intake where event = 'made.due'`,
  );
  const expected = [
    { digest: one.webhook.digest, last_reason: 'first', body: 'sealed', halfMinutes: 2 },
    { digest: other.webhook.digest, last_reason: 'second', body: 'sealed', halfMinutes: 4 },
    { digest: third.webhook.digest, last_reason: null, body: null, halfMinutes: null },
    { digest: lost.webhook.digest, last_reason: null, body: 'sealed', halfMinutes: 2 },
  ];
  expect(rows).toEqual(expect.arrayContaining(expected));
});

test('they are all Unavailable while the database is away', async () => {
  const clock = createDatabaseClock(absentPool());
  const times = await Promise.all([clock.now(), clock.now()]);
  expect(times.map((time) => time._unsafeUnwrapErr().kind)).toEqual(['Unavailable', 'Unavailable']);
});
