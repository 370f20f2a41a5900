import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresEventStore, type PostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import type { Checkpoint } from '../../../src/application/ports/event-names.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { collect, feedOptions, idsOf } from '../../support/event-store/opened-store.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { openProxy, type CuttableProxy } from './cuttable-proxy.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';

const patience = { timeout: 10_000, interval: 5 };

let opened: OpenedPostgresLog;
let proxy: CuttableProxy;
let pool: pg.Pool;
let store: PostgresEventStore;

/** The limits of the service's own pool are seconds; these are the same, shorter. */
const impatient = { connectionTimeoutMillis: 1_000, statement_timeout: 1_000, query_timeout: 1_500 };

beforeEach(async () => {
  opened = await openPostgresLog();
  proxy = await openProxy(opened.url);
  pool = new pg.Pool({ ...impatient, connectionString: proxy.url, max: 3 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  store = createPostgresEventStore({ pool, url: proxy.url });
});

afterEach(async () => {
  await store.close();
  await proxy.close();
  await pool.end();
  await opened.close();
});

const historyOf = async (stream: ReturnType<typeof newStream>) => (await opened.log.read(stream, 1, 100))._unsafeUnwrap();

/** Holds the stream's lock, so that an append stays under way; resolves to what lets go of it. */
const holdLock = async (stream: string): Promise<() => Promise<void>> => {
  const client = await opened.pool.connect();
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [stream]);
  return async () => {
    await client.query('select pg_advisory_unlock_all()');
    client.release();
  };
};

const waitingBackends = `select l.pid from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and not l.granted and a.datname = current_database()`;
const untilAppendWaits = async (): Promise<void> => {
  await expect.poll(async () => (await opened.pool.query(waitingBackends)).rowCount, patience).toBe(1);
};

describe('an append whose answer is lost', () => {
  test('because its session was ended has an unknown outcome, and repeating it is definite', async () => {
    const stream = newStream();
    const events = several(2);
    const release = await holdLock(stream);
    const appending = store.append(stream, emptyHead, events);
    await untilAppendWaits();
    await opened.pool.query(`select pg_terminate_backend(pid) from (${waitingBackends}) waiting`);
    expect((await appending)._unsafeUnwrapErr()).toEqual({ kind: 'OutcomeUnknown', stream });
    await release();
    expect(await historyOf(stream)).toEqual([]);
    const repeated = (await store.append(stream, emptyHead, events))._unsafeUnwrap();
    expect(idsOf(await historyOf(stream))).toEqual(idsOf(repeated.events));
  });

  test('after it was committed has an unknown outcome, and repeating it finds the events once', async () => {
    const stream = newStream();
    const created = (await store.append(stream, emptyHead, several(1)))._unsafeUnwrap();
    const events = several(2);
    proxy.swallowAnswers();
    const appending = store.append(stream, created.head, events);
    await expect.poll(async () => (await historyOf(stream)).length, patience).toBe(3);
    proxy.cut();
    expect((await appending)._unsafeUnwrapErr()).toEqual({ kind: 'OutcomeUnknown', stream });
    const repeated = (await store.append(stream, created.head, events))._unsafeUnwrap();
    expect(repeated.events.map(({ revision }) => revision)).toEqual([2, 3]);
    expect(await historyOf(stream)).toHaveLength(3);
  });

  test('because the server hangs has an unknown outcome within its time limit', async () => {
    const stream = newStream();
    expect((await store.append(stream, emptyHead, several(1))).isOk()).toBe(true);
    proxy.swallowAnswers();
    expect((await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrapErr().kind).toBe('OutcomeUnknown');
  });

  test('repeated while the first try is still under way, both become one', async () => {
    const stream = newStream();
    const events = several(2);
    const release = await holdLock(stream);
    const tries = [store.append(stream, emptyHead, events), store.append(stream, emptyHead, events)];
    await expect.poll(async () => (await opened.pool.query(waitingBackends)).rowCount, patience).toBe(2);
    await release();
    const [first, second] = await Promise.all(tries);
    expect(second?._unsafeUnwrap()).toEqual(first?._unsafeUnwrap());
    expect(await historyOf(stream)).toHaveLength(2);
  });
});

describe('an append that was certainly not written is unavailable', () => {
  test('when no connection becomes free', async () => {
    const held = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    expect((await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrapErr()).toMatchObject({ kind: 'Unavailable', part: 'event_store' });
    for (const client of held) client.release();
    expect((await store.append(newStream(), emptyHead, several(1))).isOk()).toBe(true);
  });

  test('when the server gave up on the statement', async () => {
    const stream = newStream();
    const release = await holdLock(stream);
    expect((await store.append(stream, emptyHead, several(1)))._unsafeUnwrapErr()).toEqual({
      kind: 'Unavailable',
      part: 'event_store',
      reason: 'PostgreSQL answered 57014',
    });
    await release();
    expect(await historyOf(stream)).toEqual([]);
  });

  test('when the server is away, as are reads and feeds, and all recover by themselves', async () => {
    const stream = newStream();
    const first = (await store.append(stream, emptyHead, several(1)))._unsafeUnwrap();
    await proxy.goAway();
    await expect.poll(() => pool.totalCount, patience).toBe(0);
    expect((await store.append(stream, first.head, several(1)))._unsafeUnwrapErr().kind).toBe('Unavailable');
    expect((await store.read(stream, 1, 10))._unsafeUnwrapErr().kind).toBe('Unavailable');
    const given = [];
    for await (const batch of store.feed(feedOptions({ live: true }))) given.push(batch);
    expect(given.map((batch) => batch._unsafeUnwrapErr().kind)).toEqual(['Unavailable']);
    expect((await store.checkCluster())._unsafeUnwrapErr().kind).toBe('Unavailable');
    expect((await store.oldestXmin())._unsafeUnwrapErr().kind).toBe('Unavailable');

    await proxy.comeBack();
    const second = (await store.append(stream, first.head, several(1)))._unsafeUnwrap();
    expect((await collect(store, { after: first.checkpoint })).flatMap(({ events }) => events)).toMatchObject(second.events);
  });

  test('when the same event stands in another place already', async () => {
    const events = several(1);
    expect((await store.append(newStream(), emptyHead, events)).isOk()).toBe(true);
    const stream = newStream();
    expect((await store.append(stream, emptyHead, events))._unsafeUnwrapErr()).toEqual({ kind: 'Conflict', stream });
    expect(await historyOf(stream)).toEqual([]);
  });
});

describe('a live feed', () => {
  test('ends with an error when its connection is lost, and is taken up again at its last checkpoint', async () => {
    const stream = newStream();
    const first = (await store.append(stream, emptyHead, several(3)))._unsafeUnwrap();
    const seen: string[] = [];
    const failures: string[] = [];
    let after: Checkpoint | null = null;
    for await (const batch of store.feed(feedOptions({ live: true, batchSize: 2 }))) {
      if (batch.isErr()) {
        failures.push(batch.error.kind);
        continue;
      }
      after = batch.value.checkpoint;
      seen.push(...idsOf(batch.value.events));
      if (seen.length === 3) await proxy.goAway();
    }
    expect(seen).toEqual(idsOf(first.events));
    expect(failures).toEqual(['Unavailable']);
    await proxy.comeBack();
    const second = (await store.append(stream, first.head, several(1)))._unsafeUnwrap();
    expect((await collect(store, { after })).flatMap(({ events }) => events)).toMatchObject(second.events);
  });

  /** Live events of a store that must be woken by another process: it would poll only after a minute. */
  const distant = async (use: (next: () => Promise<readonly string[]>, distantStore: PostgresEventStore) => Promise<void>): Promise<void> => {
    const stop = new AbortController();
    const distantPool = createPool({ url: opened.url, max: 2 });
    const distantStore = createPostgresEventStore({ pool: distantPool, url: proxy.url, pollMillis: 60_000 });
    const feed = distantStore.feed(feedOptions({ live: true, signal: stop.signal }))[Symbol.asyncIterator]();
    const next = async (): Promise<readonly string[]> => {
      const given = await feed.next();
      return given.done === true ? [] : idsOf(given.value._unsafeUnwrap().events);
    };
    await use(next, distantStore);
    stop.abort();
    await distantStore.close();
    await distantPool.end();
  };

  test('is woken by the appends of another process', async () => {
    await distant(async (next, distantStore) => {
      expect(await next()).toEqual([]);
      await expect.poll(() => distantStore.listening(), patience).toBe(true);
      for (let round = 0; round < 3; round += 1) {
        const waiting = next();
        const appended = (await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrap();
        expect(await waiting).toEqual(idsOf(appended.events));
      }
    });
  });

  test('polls while its listening connection is away, and listens again when it can', async () => {
    const elsewhere = createPostgresEventStore({ pool: opened.pool, url: opened.url });
    await distant(async (next, distantStore) => {
      expect(await next()).toEqual([]);
      await expect.poll(() => distantStore.listening(), patience).toBe(true);
      await proxy.goAway();
      await expect.poll(() => distantStore.listening(), patience).toBe(false);
      const unheard = several(1);
      const polled = next();
      expect((await elsewhere.append(newStream(), emptyHead, unheard)).isOk()).toBe(true);
      expect(await polled).toEqual(idsOf(unheard));

      await proxy.comeBack();
      await expect.poll(() => distantStore.listening(), patience).toBe(true);
      const heard = several(1);
      const woken = next();
      expect((await elsewhere.append(newStream(), emptyHead, heard)).isOk()).toBe(true);
      expect(await woken).toEqual(idsOf(heard));
    });
    await elsewhere.close();
  });
});
