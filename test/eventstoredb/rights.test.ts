import { expect, test } from 'vitest';
import { faultyStoreOfFile } from './faulty-store.ts';

const { standIn, store } = faultyStoreOfFile();
const missing = async () => (await store().missingRights())._unsafeUnwrap();

test('a user who may do everything lacks nothing, and nothing is written by asking', async () => {
  expect(await missing()).toEqual([]);
  const events: unknown[] = [];
  const { signal } = new AbortController();
  for await (const batch of store().feed({ after: null, streamPrefixes: [], batchSize: 10, live: false, signal })) events.push(...batch._unsafeUnwrap().events);
  expect(events).toEqual([]);
});

test.each([
  [['read-all'], ['read the whole log ($all)']],
  [['append'], ['append to streams']],
  [['read-all', 'append'], ['read the whole log ($all)', 'append to streams']],
] as const)('a user who is denied %j lacks %j', async (rights, expected) => {
  await standIn().order({ kind: 'denied', rights: [...rights] });
  expect(await missing()).toEqual(expected);
  await standIn().order({ kind: 'denied', rights: [] });
});

test('a store that is away is an answer of its own', async () => {
  standIn().freeze(true);
  expect((await store().missingRights())._unsafeUnwrapErr()).toMatchObject({ kind: 'Unavailable', part: 'event_store' });
  standIn().freeze(false);
});
