import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createDatabaseClock } from '../../../src/adapters/postgres/postgres-database-clock.ts';
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
  const webhook = (digest: string) => ({ digest, event: 'made.up', connectionId: null, body: sealed('sealed'), toBeHandled: false });
  const stored = await Promise.all([one, other, one].map((digest) => intake.store(webhook(digest))));
  expect(stored.map((each) => each._unsafeUnwrap())).toEqual([true, true, false]);
  expect((await intake.store(webhook(other)))._unsafeUnwrap()).toBe(false);
  expect(sent.of(['webhook_intake.store'])).toHaveLength(2);
});

test('they are all Unavailable while the database is away', async () => {
  const clock = createDatabaseClock(absentPool());
  const times = await Promise.all([clock.now(), clock.now()]);
  expect(times.map((time) => time._unsafeUnwrapErr().kind)).toEqual(['Unavailable', 'Unavailable']);
});
