import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { startStandIn } from '../support/eventstoredb-stand-in/start.ts';
import { expectRising, feedOptions, idsOf } from '../support/event-store/opened-store.ts';
import { newStream, several } from '../support/sample-events.ts';
import { appendForCertain, appendOneByOne, faultyStoreOfFile, follow, storeAt } from './faulty-store.ts';

const opened = faultyStoreOfFile();
const revisions = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
const patience = { timeout: 20_000, interval: 20 };

test.each(['drop', 'end'] as const)('a live feed goes on behind its last event after every %s of its subscription, without a word', async (trouble) => {
  const stream = newStream();
  const following = follow(opened.store(), { streamPrefixes: [stream] });
  let head = emptyHead;
  for (let round = 1; round <= 4; round += 1) {
    head = await appendOneByOne(opened.store(), stream, 5, head);
    await expect.poll(() => following.events.length, patience).toBe(round * 5);
    await opened.standIn().order({ kind: 'subscriptions', trouble });
  }
  await appendOneByOne(opened.store(), stream, 5, head);
  await expect.poll(() => following.events.length, patience).toBe(25);
  expect(following.failures()).toBe(0);
  await following.stop();
  expect(following.events.map(({ revision }) => revision)).toEqual(revisions(25));
  expectRising(following.events.map(({ checkpoint }) => checkpoint));
});

test('a feed that is dropped again and again while it catches up gives everything once', async () => {
  const stream = newStream();
  let head = emptyHead;
  for (let round = 0; round < 20; round += 1) head = (await appendForCertain(opened.store(), stream, head, several(50))).head;
  const seen: number[] = [];
  let batches = 0;
  for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream], batchSize: 40 }))) {
    seen.push(...batch._unsafeUnwrap().events.map(({ revision }) => revision));
    batches += 1;
    if (batches % 5 === 0) await opened.standIn().order({ kind: 'subscriptions', trouble: batches % 2 === 0 ? 'drop' : 'end' });
  }
  expect(seen).toEqual(revisions(1_000));
});

test('a feed says when it cannot go on, and behind its last checkpoint nothing is lost or doubled', async () => {
  const stream = newStream();
  const following = follow(opened.store(), { streamPrefixes: [stream] });
  const head = await appendOneByOne(opened.store(), stream, 3);
  await expect.poll(() => following.events.length, patience).toBe(3);
  await opened.standIn().kill();
  await expect.poll(() => following.failures(), patience).toBeGreaterThan(0);
  await opened.standIn().restart();
  await expect.poll(async () => (await opened.store().check()).isOk(), patience).toBe(true);
  await appendOneByOne(opened.store(), stream, 3, head);
  await expect.poll(() => following.events.length, patience).toBe(6);
  await following.stop();
  expect(following.events.map(({ revision }) => revision)).toEqual(revisions(6));
});

test('a store that makes no subscription is said to be unavailable', async () => {
  const stream = newStream();
  await appendOneByOne(opened.store(), stream, 1);
  await opened.standIn().order({ kind: 'subscriptions', trouble: 'refuse' });
  const given = [];
  for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream] }))) given.push(batch);
  expect(given.map((batch) => batch._unsafeUnwrapErr().kind)).toEqual(['Unavailable']);
});

test.each([false, true])('what is no answer is said, and not asked for again and again (live: %s)', async (live) => {
  const stream = newStream();
  await appendOneByOne(opened.store(), stream, 1);
  await opened.standIn().order({ kind: 'subscriptions', trouble: 'garble' });
  const given = [];
  for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream], live }))) given.push(batch);
  expect(given.map((batch) => batch._unsafeUnwrapErr())).toMatchObject([{ kind: 'Unavailable', reason: 'EventStoreDB answered in another shape than expected' }]);
});

test('a live feed whose last batch is full says that it has caught up', async () => {
  const stream = newStream();
  await appendOneByOne(opened.store(), stream, 8);
  for (const batchSize of [1, 2, 4]) {
    const ending = new AbortController();
    for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream], live: true, batchSize, signal: ending.signal }))) {
      if (batch._unsafeUnwrap().caughtUp) ending.abort();
      // Meanwhile the server tells that this was all, which is no event.
      await pause(20);
    }
  }
});

test('a frozen store is said to be unavailable in time', async () => {
  await appendOneByOne(opened.store(), newStream(), 1);
  opened.standIn().freeze(true);
  const given = [];
  for await (const batch of opened.store().feed(feedOptions())) given.push(batch);
  opened.standIn().freeze(false);
  expect(given.map((batch) => batch._unsafeUnwrapErr().kind)).toEqual(['Unavailable']);
});

test('what the server writes for itself keeps no feed from seeing that it has caught up', async () => {
  const stream = newStream();
  await appendOneByOne(opened.store(), stream, 2);
  await opened.standIn().order({ kind: 'noise', events: 3_000 });
  const batches = [];
  for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream] }))) batches.push(batch._unsafeUnwrap());
  expect(batches.at(-1)?.caughtUp).toBe(true);
  expect(batches.flatMap(({ events }) => events.map(({ revision }) => revision))).toEqual([1, 2]);
});

test('a slow reader holds the server back and loses nothing', async () => {
  const stream = newStream();
  let head = emptyHead;
  for (let round = 0; round < 10; round += 1) head = (await appendForCertain(opened.store(), stream, head, several(100))).head;
  const seen: number[] = [];
  for await (const batch of opened.store().feed(feedOptions({ streamPrefixes: [stream], batchSize: 50 }))) {
    seen.push(...batch._unsafeUnwrap().events.map(({ revision }) => revision));
    await pause(10);
  }
  expect(seen).toEqual(revisions(1_000));
});

test('a store that was restored to an earlier moment refuses checkpoints beyond its end', async () => {
  const standIn = await startStandIn();
  const store = storeAt(standIn.url);
  const stream = newStream();
  const first = await appendForCertain(store, stream, emptyHead, several(2));
  const backup = await readFile(standIn.file, 'utf8');
  const second = await appendForCertain(store, stream, first.head, several(2));
  await standIn.kill();
  await writeFile(standIn.file, backup);
  await standIn.restart();
  await expect.poll(async () => (await store.check()).isOk(), patience).toBe(true);
  const feedAfter = async (after: typeof first.checkpoint) => {
    const given = [];
    for await (const batch of store.feed(feedOptions({ after }))) given.push(batch);
    return given;
  };
  expect((await feedAfter(second.checkpoint)).map((batch) => batch._unsafeUnwrapErr().kind)).toEqual(['CheckpointOfAnotherStore']);
  expect((await feedAfter(first.checkpoint)).map((batch) => batch._unsafeUnwrap())).toMatchObject([{ events: [], caughtUp: true }]);
  await store.close();
  await standIn.stop();
});

test('two stores have two names, and each refuses the checkpoints of the other', async () => {
  const standIn = await startStandIn();
  const store = storeAt(standIn.url);
  const appended = await appendForCertain(store, newStream(), emptyHead, several(1));
  const given = [];
  for await (const batch of opened.store().feed(feedOptions({ after: appended.checkpoint }))) given.push(batch);
  expect(given.map((batch) => batch._unsafeUnwrapErr())).toMatchObject([{ kind: 'CheckpointOfAnotherStore', checkpoint: appended.checkpoint }]);
  expect(idsOf((await store.read(appended.events[0]?.stream ?? newStream(), 1, 10))._unsafeUnwrap())).toEqual(idsOf(appended.events));
  await store.close();
  await standIn.stop();
});

test('stores that are opened at the same time for the first time agree on the name', async () => {
  const standIn = await startStandIn();
  const stores = Array.from({ length: 8 }, () => storeAt(standIn.url));
  const appended = await Promise.all(stores.map((store) => appendForCertain(store, newStream(), emptyHead, several(1))));
  const names = appended.map(({ checkpoint }) => checkpoint.slice(0, 41));
  expect(new Set(names).size).toBe(1);
  await Promise.all(stores.map((store) => store.close()));
  await standIn.stop();
});
