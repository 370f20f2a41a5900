import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import type { KeySlot } from '../../../src/application/ports/data-key-records.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const slot = (change: Partial<KeySlot> = {}): KeySlot => ({ connectionId: connectionId(randomUUID()), life: 1, purpose: 'tokens', ...change });
const keyNamed = (id: string) => ({ id, keyEncryptionKeyId: 'kek-1', wrapped: `wrapped ${id}` });

test('an empty slot takes a key and answers it from then on, whatever else is offered', async () => {
  const records = createDataKeyRecords(database.pool);
  const place = slot();
  expect((await records.find([place]))._unsafeUnwrap()).toEqual([{ kind: 'Missing' }]);
  expect((await records.add(place, keyNamed('first')))._unsafeUnwrap()).toEqual({ kind: 'Key', key: keyNamed('first') });
  expect((await records.add(place, keyNamed('second')))._unsafeUnwrap()).toEqual({ kind: 'Key', key: keyNamed('first') });
  expect((await records.find([place]))._unsafeUnwrap()).toEqual([{ kind: 'Key', key: keyNamed('first') }]);
});

test('records come in the order of the slots asked for, repeats included', async () => {
  const records = createDataKeyRecords(database.pool);
  const [one, two, three] = [slot(), slot({ purpose: 'profile' }), slot({ life: 2 })];
  (await records.add(one, keyNamed('one')))._unsafeUnwrap();
  (await records.fence([three], 'erased'))._unsafeUnwrap();
  const found = (await records.find([three, one, two, one]))._unsafeUnwrap();
  expect(found.map(({ kind }) => kind)).toEqual(['Fenced', 'Key', 'Missing', 'Key']);
});

test('a fence destroys the keys of its slots and nothing beside them, and may be repeated', async () => {
  const records = createDataKeyRecords(database.pool);
  const tokens = slot();
  const profile = slot({ connectionId: tokens.connectionId, purpose: 'profile' });
  const nextLife = slot({ connectionId: tokens.connectionId, life: 2 });
  for (const place of [tokens, profile, nextLife]) (await records.add(place, keyNamed(`${place.purpose}${place.life}`)))._unsafeUnwrap();
  (await records.fence([tokens], 'disconnected'))._unsafeUnwrap();
  (await records.fence([tokens], 'disconnected'))._unsafeUnwrap();
  const found = (await records.find([tokens, profile, nextLife]))._unsafeUnwrap();
  expect(found.map(({ kind }) => kind)).toEqual(['Fenced', 'Key', 'Key']);
  expect((await records.add(tokens, keyNamed('again')))._unsafeUnwrap()).toEqual({ kind: 'Fenced' });
  const { rows } = await database.pool.query('select 1 from tiktok_connections.data_keys where connection_id = $1 and life = 1 and purpose = $2', [
    tokens.connectionId,
    'tokens',
  ]);
  expect(rows).toEqual([]);
});

test('no key ever stands behind a fence, however additions and fences race', async () => {
  const one = createDataKeyRecords(database.pool);
  const other = createDataKeyRecords(database.anotherPool());
  const places = Array.from({ length: 60 }, () => slot());
  await Promise.all(
    places.map(async (place, turn) => {
      const [adding, fencing] = turn % 2 === 0 ? [one, other] : [other, one];
      const outcomes = await Promise.all([adding.add(place, keyNamed('racing')), fencing.fence([place], 'disconnected')]);
      expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
    }),
  );
  const { rows } = await database.pool.query(
    'select 1 from tiktok_connections.data_keys join tiktok_connections.data_key_fences using (connection_id, life, purpose)',
  );
  expect(rows).toEqual([]);
});

test('an addition that began before the fence waits for it and finds it', async () => {
  const records = createDataKeyRecords(database.pool);
  const place = slot();
  const fencing = await database.anotherPool().connect();
  await fencing.query('begin');
  await fencing.query(`select pg_advisory_xact_lock(hashtextextended('tiktok_connections.data_keys:' || $1, 0))`, [place.connectionId]);
  const adding = records.add(place, keyNamed('late'));
  await fencing.query(`insert into tiktok_connections.data_key_fences values ($1, 1, 'tokens', 'erased')`, [place.connectionId]);
  await fencing.query('commit');
  fencing.release();
  expect((await adding)._unsafeUnwrap()).toEqual({ kind: 'Fenced' });
});

test('many fences that overlap do not lock each other out', async () => {
  const records = createDataKeyRecords(database.pool);
  const places = Array.from({ length: 10 }, () => slot());
  const outcomes = await Promise.all([places, [...places].reverse(), places, [...places].reverse()].map((order) => records.fence(order, 'erased')));
  expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
});

test('a database that is away is Unavailable', async () => {
  const records = createDataKeyRecords(absentPool());
  expect((await records.find([slot()]))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await records.add(slot(), keyNamed('k')))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await records.fence([slot()], 'erased'))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
