import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countedFigures, databaseFigures } from '../../src/composition/metrics/database-figures.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../support/projection-database.ts';

let database: MigratedDatabase;

beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

test('are counted once, however many scrapes come together or one after the other', async () => {
  const asked = vi.spyOn(database.pool, 'query');
  const figures = databaseFigures(database.pool, ['work']);
  await Promise.all([figures(), figures()]);
  for (let scrape = 0; scrape < 20; scrape += 1) await figures();
  expect(asked).toHaveBeenCalledTimes(countedFigures.length);
  asked.mockRestore();
});

test('that the database does not give are named, and the answer comes all the same', async () => {
  expect(await databaseFigures(absentPool(), ['work'])()).toEqual({ families: [], unread: countedFigures });
});

test('name every status and every projection, counted or not', async () => {
  await database.pool.query(
    `insert into tiktok_connections.parked_streams (projection, copy, stream, revision, event_id, event_type, reason)
     values ('work', 'live', 'a', 1, gen_random_uuid(), 'Connected', 'test'), ('work', 'next', 'a', 1, gen_random_uuid(), 'Connected', 'test')`,
  );
  const { families } = await databaseFigures(database.pool, ['connections', 'work'])();
  const samples = (name: string) => families.find((family) => family.name === `tiktok_connections_${name}`)?.samples;
  expect(samples('connections')).toEqual(['active', 'reauthorization_required', 'disconnected'].map((status) => ({ labels: { status }, value: 0 })));
  expect(samples('parked_streams')).toEqual([
    { labels: { projection: 'connections' }, value: 0 },
    { labels: { projection: 'work' }, value: 1 },
  ]);
});
