import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { collect } from '../../support/event-store/opened-store.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { expectSeen, ourReader, patience } from './order-readers.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';
import { openTransaction, type ScriptedTransaction } from './scripted-transactions.ts';

let opened: OpenedPostgresLog;
let one: ScriptedTransaction;
let two: ScriptedTransaction;
const waitingSessions = z.array(z.object({ backend_xid: z.string().nullable() }));
const hot = newStream();

beforeEach(async () => {
  opened = await openPostgresLog();
  [one, two] = await Promise.all([openTransaction(opened.url), openTransaction(opened.url)]);
});

afterEach(async () => {
  await Promise.all([one.end(), two.end()]);
  await opened.close();
});

describe('the order within a stream', () => {
  test('is inverted when the lock is taken after a transaction has its id', async () => {
    const ours = ourReader(opened.pool);
    await one.begin();
    await one.writeElsewhere();
    await two.insert('hot', 1);
    await one.insert('hot', 2);
    await one.commit();
    await expectSeen(ours, ['hot/2', 'hot/1']);
  });

  test('so nothing is appended in a transaction that has written anything', async () => {
    await one.begin();
    await one.writeElsewhere();
    await one.append(hot, 'one');
    await one.appendTogether([hot, newStream()]);
    await expect(one.append(hot, 'several')).rejects.toMatchObject({ code: '25000' });
    await one.rollback();
    expect((await opened.pool.query('select from tiktok_connections.events')).rowCount).toBe(0);
  });

  test.each([
    ['one', '23505'],
    ['several', 'answered'],
  ] as const)('an append of %s waits for the one before it without a transaction id of its own', async (how, end) => {
    await one.begin();
    await one.append(hot, how);
    await two.begin();
    const waiting = two.append(hot, how).then(
      () => 'answered',
      (error: unknown) => (error instanceof pg.DatabaseError ? error.code : error),
    );
    const waits = `select a.backend_xid from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and not l.granted and a.datname = current_database()`;
    const waitingNow = async () => waitingSessions.parse((await opened.pool.query(waits)).rows);
    await expect.poll(waitingNow, patience).toEqual([{ backend_xid: null }]);
    await one.commit();
    expect(await waiting).toBe(end);
    await two.commit();
    await expectSeen(ourReader(opened.pool), [`${hot}/1`]);
  });

  test('appends of one statement lock all their streams before any of them is written, and wait for none', async () => {
    const [free, free2] = [newStream(), newStream()];
    await one.begin();
    await one.append(hot, 'one');
    await two.begin();
    await two.appendTogether([free, hot, free2]);
    const locks = `select count(*)::integer as held from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    expect((await opened.pool.query(locks)).rows).toEqual([{ held: 3 }]);
    await two.commit();
    await one.commit();
    await expectSeen(ourReader(opened.pool), [`${hot}/1`, `${free}/1`, `${free2}/1`]);
  });

  test('is kept while many append to the same streams at once', async () => {
    const streams = [newStream(), newStream()];
    const store = eventStoreOver(opened.log, createEventCodec());
    const write = async (stream: StreamName, count: number): Promise<void> => {
      for (let left = count; left > 0; ) {
        const history = (await store.read(stream, 1, 1_000))._unsafeUnwrap();
        const head = { revision: history.length, hash: history.at(-1)?.hash ?? null };
        const appended = await store.append(stream, head, several(1 + (left % 2)));
        if (appended.isOk()) left -= 1;
      }
    };
    await Promise.all(streams.flatMap((stream) => [write(stream, 10), write(stream, 10), write(stream, 10)]));
    for (const stream of streams) {
      const history = (await store.read(stream, 1, 1_000))._unsafeUnwrap();
      expect(history.map(({ revision }) => revision)).toEqual(history.map((_, index) => index + 1));
      const fed = (await collect(store, { streamPrefixes: [stream], batchSize: 7 })).flatMap(({ events }) => events);
      expect(fed).toEqual(history);
    }
  });
});
