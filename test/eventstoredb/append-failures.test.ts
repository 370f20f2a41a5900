import { EventStoreDBClient } from '@eventstore/db-client';
import { expect, test } from 'vitest';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { idsOf } from '../support/event-store/opened-store.ts';
import { newStream, several } from '../support/sample-events.ts';
import { faultyStoreOfFile } from './faulty-store.ts';

const opened = faultyStoreOfFile();
const read = async (stream: ReturnType<typeof newStream>) => (await opened.store().read(stream, 1, 100))._unsafeUnwrap();

test.each(['unavailable', 'not-ready'] as const)('an append that is answered with %s was surely not written', async (trouble) => {
  const stream = newStream();
  await opened.standIn().order({ kind: 'appends', trouble, times: 1 });
  const refused = await opened.store().append(stream, emptyHead, several(2));
  expect(refused._unsafeUnwrapErr()).toMatchObject({ kind: 'Unavailable', part: 'event_store' });
  expect(await read(stream)).toEqual([]);
});

test.each(['reset', 'deadline', 'hang', 'timeout', 'lose-answer', 'reset-behind', 'hang-behind'] as const)(
  'an append that ends with %s has an unknown outcome, and its repeat leaves it there once',
  async (trouble) => {
    const stream = newStream();
    const created = (await opened.store().append(stream, emptyHead, several(1)))._unsafeUnwrap();
    const events = several(3);
    await opened.standIn().order({ kind: 'appends', trouble, times: 1 });
    const lost = await opened.store().append(stream, created.head, events);
    expect(lost._unsafeUnwrapErr()).toEqual({ kind: 'OutcomeUnknown', stream });
    const repeated = (await opened.store().append(stream, created.head, events))._unsafeUnwrap();
    expect(idsOf(repeated.events)).toEqual(idsOf(events));
    expect(await read(stream)).toMatchObject([...created.events, ...repeated.events]);
  },
);

test('of appends that wait together each has its own outcome', async () => {
  expect((await opened.store().append(newStream(), emptyHead, several(1))).isOk()).toBe(true);
  await opened.standIn().order({ kind: 'appends', trouble: 'hang', times: 1 });
  const silent = opened.store().append(newStream(), emptyHead, several(1));
  const taken = newStream();
  const others = await Promise.all([newStream(), taken, taken, newStream()].map((stream) => opened.store().append(stream, emptyHead, several(1))));
  expect(others.map((outcome) => (outcome.isOk() ? 'appended' : outcome.error.kind))).toEqual(['appended', 'appended', 'Conflict', 'appended']);
  expect((await silent)._unsafeUnwrapErr().kind).toBe('OutcomeUnknown');
});

test('what waits on a stream of appends that breaks has an unknown outcome, and is there once after its repeat', async () => {
  expect((await opened.store().append(newStream(), emptyHead, several(1))).isOk()).toBe(true);
  const waiting = Array.from({ length: 10 }, () => ({ stream: newStream(), events: several(2) }));
  await opened.standIn().order({ kind: 'appends', trouble: 'reset', times: 1 });
  const appendAll = () => Promise.all(waiting.map(({ stream, events }) => opened.store().append(stream, emptyHead, events)));
  const broken = await appendAll();
  expect(broken.filter((outcome) => outcome.isErr() && outcome.error.kind === 'OutcomeUnknown').length).toBeGreaterThan(0);
  expect(broken.filter((outcome) => outcome.isErr() && outcome.error.kind !== 'OutcomeUnknown')).toEqual([]);
  const repeated = await appendAll();
  for (const [index, { stream, events }] of waiting.entries()) {
    expect(idsOf(repeated[index]?._unsafeUnwrap().events ?? [])).toEqual(idsOf(events));
    expect(idsOf(await read(stream))).toEqual(idsOf(events));
  }
});

test('an append that the server gave up waiting for is looked for, and has succeeded when it stands there', async () => {
  const stream = newStream();
  const events = several(2);
  await opened.standIn().order({ kind: 'appends', trouble: 'timeout-behind', times: 1 });
  const found = (await opened.store().append(stream, emptyHead, events))._unsafeUnwrap();
  expect(await read(stream)).toMatchObject(found.events);
  expect((await opened.store().append(stream, emptyHead, events))._unsafeUnwrap()).toEqual(found);
});

test('several unknown outcomes in a row still leave one effect', async () => {
  const stream = newStream();
  const events = several(2);
  await opened.standIn().order({ kind: 'appends', trouble: 'lose-answer', times: 3 });
  for (let tries = 0; tries < 3; tries += 1) {
    expect((await opened.store().append(stream, emptyHead, events))._unsafeUnwrapErr().kind).toBe('OutcomeUnknown');
  }
  expect(idsOf((await opened.store().append(stream, emptyHead, events))._unsafeUnwrap().events)).toEqual(idsOf(events));
  expect(await read(stream)).toHaveLength(2);
});

test('a server that takes less than we do says so', async () => {
  const stream = newStream();
  await opened.standIn().order({ kind: 'limit', bytes: 1_000 });
  const refused = await opened.store().append(stream, emptyHead, several(10));
  expect(refused._unsafeUnwrapErr()).toMatchObject({ kind: 'EventTooLarge', stream, limit: 1_000 });
  expect(await read(stream)).toEqual([]);
});

test('a killed store is out of reach, and what it acknowledged is there after its restart, once', async () => {
  const stream = newStream();
  const events = several(2);
  const first = (await opened.store().append(stream, emptyHead, events))._unsafeUnwrap();
  await opened.standIn().kill();
  expect((await opened.store().append(stream, first.head, several(1)))._unsafeUnwrapErr().kind).toMatch(/Unavailable|OutcomeUnknown/);
  expect((await opened.store().append(newStream(), emptyHead, several(1)))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await opened.store().read(stream, 1, 10))._unsafeUnwrapErr().kind).toBe('Unavailable');
  await opened.standIn().restart();
  await expect.poll(async () => (await opened.store().check()).isOk(), { timeout: 10_000 }).toBe(true);
  expect((await opened.store().append(stream, emptyHead, events))._unsafeUnwrap()).toEqual(first);
  expect(await read(stream)).toMatchObject(first.events);
});

test('a frozen store keeps nobody waiting, and what was sent to it stands there once in the end', async () => {
  const stream = newStream();
  const events = several(1);
  expect((await opened.store().append(newStream(), emptyHead, several(1))).isOk()).toBe(true);
  opened.standIn().freeze(true);
  const begun = performance.now();
  expect((await opened.store().append(stream, emptyHead, events))._unsafeUnwrapErr().kind).toBe('OutcomeUnknown');
  expect((await opened.store().read(stream, 1, 1))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect(performance.now() - begun).toBeLessThan(6_000);
  opened.standIn().freeze(false);
  const repeated = (await opened.store().append(stream, emptyHead, events))._unsafeUnwrap();
  expect(await read(stream)).toMatchObject(repeated.events);
});

test('an event that somebody else wrote into a stream is given unreadable, with a hash that fits nothing', async () => {
  const stream = newStream();
  const own = (await opened.store().append(stream, emptyHead, several(1)))._unsafeUnwrap();
  const client = EventStoreDBClient.connectionString(opened.standIn().url);
  const forged = { id: crypto.randomUUID(), type: 'Disconnected', contentType: 'application/json' as const, data: { life: 1 }, metadata: { note: 'x' } };
  await client.appendToStream(stream, forged, { expectedRevision: 0n, credentials: { username: 'u', password: 'p' } });
  await client.dispose();
  expect(await read(stream)).toMatchObject([{ id: own.events[0]?.id }, { revision: 2, readable: false, hash: '', stored: { data: '{"life":1}' } }]);
});
