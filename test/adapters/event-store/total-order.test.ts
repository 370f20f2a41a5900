import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { feedOptions } from '../../support/event-store/opened-store.ts';
import { expectSeen, ourReader, patience, readerByPosition, readerByXidWithPositionAlone } from './order-readers.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';
import { openTransaction, type ScriptedTransaction } from './scripted-transactions.ts';

let opened: OpenedPostgresLog;
let one: ScriptedTransaction;
let two: ScriptedTransaction;
let three: ScriptedTransaction;

beforeEach(async () => {
  opened = await openPostgresLog();
  [one, two, three] = await Promise.all([openTransaction(opened.url), openTransaction(opened.url), openTransaction(opened.url)]);
});

afterEach(async () => {
  await Promise.all([one.end(), two.end(), three.end()]);
  await opened.close();
});

describe('the total order', () => {
  test('a transaction that commits late is not skipped; a reader by position skips it', async () => {
    const [ours, naive] = [ourReader(opened.pool), readerByPosition(opened.pool)];
    await one.begin();
    const late = await one.insert('late', 1);
    const early = await two.insert('early', 1);

    expect(await naive.poll()).toEqual([early]);
    expect(await ours.poll()).toEqual([]);

    await one.commit();
    await expectSeen(ours, [late, early]);
    expect(await naive.poll()).toEqual([]);
    expect(naive.seen()).not.toContain(late);
  });

  test('an event with a smaller position in a younger transaction is not skipped; a checkpoint on position alone skips it', async () => {
    const [ours, naive] = [ourReader(opened.pool), readerByXidWithPositionAlone(opened.pool)];
    await one.begin();
    await two.begin();
    const first = await one.insert('older', 1);
    const between = await two.insert('younger', 1);
    const last = await one.insert('older', 2);
    await one.commit();

    await expectSeen(naive, [first, last]);
    await expectSeen(ours, [first, last]);

    await two.commit();
    await expectSeen(ours, [first, last, between]);
    expect(await naive.poll()).toEqual([]);
    expect(naive.seen()).not.toContain(between);
  });

  test('the same holds at the end of a page, with everything committed', async () => {
    await one.begin();
    await two.begin();
    await one.insert('older', 1);
    await two.insert('younger', 1);
    await one.insert('older', 2);
    await two.commit();
    await one.commit();
    const everything = ['older/1', 'older/2', 'younger/1'];
    await expectSeen(ourReader(opened.pool, 2), everything);
    await expectSeen(ourReader(opened.pool, 1, ['o', 'y']), everything);
    await expectSeen(ourReader(opened.pool, 2, ['younger']), ['younger/1']);
  });

  test('an aborted transaction holds nothing back once it has ended, and shows nothing', async () => {
    const ours = ourReader(opened.pool);
    await one.begin();
    await one.insert('undone', 1);
    await two.insert('kept', 1);
    expect(await ours.poll()).toEqual([]);
    await one.rollback();
    await expectSeen(ours, ['kept/1']);
  });

  test('an old transaction in another database of the cluster holds the feed back and loses nothing', async () => {
    const elsewhere = await openPostgresLog();
    const writer = await openTransaction(elsewhere.url);
    const ours = ourReader(opened.pool);
    await writer.begin();
    await writer.writeElsewhere();
    await one.insert('here', 1);
    expect(await ours.poll()).toEqual([]);
    const lag = (await opened.log.oldestXmin())._unsafeUnwrap();
    expect(lag.transactions).toBeGreaterThan(0);
    expect(lag.seconds).toBeGreaterThan(0);
    expect(lag.heldSeconds).toBeGreaterThan(0);
    await writer.commit();
    await expectSeen(ours, ['here/1']);
    await expect.poll(async () => (await opened.log.oldestXmin())._unsafeUnwrap().heldSeconds, patience).toBe(0);
    await writer.end();
    await elsewhere.close();
  });

  test('a feed that is asked for the past waits for what is committed but held back', async () => {
    await one.begin();
    await one.insert('late', 1);
    await two.insert('early', 1);
    const fed: string[] = [];
    const reading = (async () => {
      for await (const batch of opened.log.feed(feedOptions())) {
        fed.push(...batch._unsafeUnwrap().entries.map(({ stream }) => stream));
        if (fed.length === 0) await one.commit();
      }
    })();
    await reading;
    expect(fed).toEqual(['late', 'early']);
  });
});

test('a feed that ends with a full page, or with none, says in its last batch that it has caught up', async () => {
  for (let revision = 1; revision <= 6; revision += 1) await one.insert('even', revision);
  for (const batchSize of [1, 2, 3, 6, 7]) {
    const batches = [];
    for await (const batch of opened.log.feed(feedOptions({ batchSize }))) batches.push(batch._unsafeUnwrap());
    expect(batches.flatMap(({ entries }) => entries.map((entry) => entry.revision))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(batches.map(({ caughtUp }) => caughtUp)).toEqual(batches.map((_, index) => index === batches.length - 1));
  }
});

test('any interleaving of transactions is fed whole, once, and in order', async () => {
  type Step = Readonly<{ who: number; what: 'insert' | 'commit' | 'rollback' | 'poll' }>;
  const step = fc.record({ who: fc.nat(2), what: fc.constantFrom<Step['what']>('insert', 'insert', 'insert', 'commit', 'rollback', 'poll') });
  const run = { number: 0 };

  const play = async (steps: readonly Step[]): Promise<void> => {
    run.number += 1;
    const writers = [one, two, three].map((transaction, index) => ({ transaction, stream: `run${run.number}.${index}`, committed: 0, open: 0 }));
    const ours = ourReader(opened.pool, 3, [`run${run.number}.`]);
    const expected = new Set<string>();
    const finish = async (writer: (typeof writers)[number], how: 'commit' | 'rollback'): Promise<void> => {
      if (writer.open === 0) return;
      await writer.transaction[how]();
      if (how === 'commit') {
        for (let revision = 1; revision <= writer.open; revision += 1) expected.add(`${writer.stream}/${writer.committed + revision}`);
        writer.committed += writer.open;
      }
      writer.open = 0;
    };
    for (const { who, what } of steps) {
      const writer = writers[who];
      if (writer === undefined) continue;
      if (what === 'poll') await ours.poll();
      else if (what !== 'insert') await finish(writer, what);
      else {
        if (writer.open === 0) await writer.transaction.begin();
        writer.open += 1;
        await writer.transaction.insert(writer.stream, writer.committed + writer.open);
      }
    }
    for (const writer of writers) await finish(writer, 'commit');
    await expect.poll(() => ours.poll().then(() => ours.seen().length), patience).toBeGreaterThanOrEqual(expected.size);
    expect([...ours.seen()].sort()).toEqual([...expected].sort());
    for (const { stream } of writers) {
      const revisions = ours.seen().filter((event) => event.startsWith(`${stream}/`)).map((event) => Number(event.split('/')[1]));
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    }
  };

  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), play), { numRuns: 40 });
});
