import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore } from '../../../src/application/ports/event-store.ts';
import { collect, idsOf } from '../../support/event-store/opened-store.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';

let opened: OpenedPostgresLog;
let store: EventStore;
let sent: string[];

/** Notes the names of the statements that go out over this connection. */
const noting = (client: pg.PoolClient): void => {
  const query = client.query.bind(client);
  Object.assign(client, {
    query: (config: pg.QueryConfig, ...rest: []) => {
      if (config.name !== undefined) sent.push(config.name);
      return query(config, ...rest);
    },
  });
};

beforeEach(async () => {
  sent = [];
  opened = await openPostgresLog();
  store = eventStoreOver(opened.log, createEventCodec());
  opened.pool.on('connect', noting);
  // Those that were opened before are not listened to.
  const open = await Promise.all(Array.from({ length: opened.pool.options.max }, () => opened.pool.connect()));
  open.forEach((client) => client.release(true));
  expect((await store.read(newStream(), 1, 1)).isOk()).toBe(true);
  sent = [];
});

afterEach(() => opened.close());

const streams = (count: number): readonly StreamName[] => Array.from({ length: count }, newStream);
const historyOf = async (stream: StreamName) => (await store.read(stream, 1, 100))._unsafeUnwrap();

describe('appends', () => {
  test('of one event alone take one statement', async () => {
    const stream = newStream();
    let head = emptyHead;
    for (let count = 0; count < 3; count += 1) head = (await store.append(stream, head, several(1)))._unsafeUnwrap().head;
    expect(sent).toEqual(['append_one', 'append_one', 'append_one']);
  });

  test('that come while others are under way share a statement, and each is in the feed once', async () => {
    const appended = await Promise.all(streams(20).map((stream) => store.append(stream, emptyHead, several(1))));
    expect(sent.length).toBeLessThan(10);
    expect(sent).toContain('append_together');
    const written = appended.map((result) => result._unsafeUnwrap()).sort((a, b) => (a.checkpoint < b.checkpoint ? -1 : 1));
    const fed = (await collect(store)).flatMap((batch) => batch.events);
    expect(fed).toMatchObject(written.flatMap(({ events, checkpoint }) => events.map((event) => ({ ...event, checkpoint }))));
  });

  test('of several events share a statement as well, each whole and in its order', async () => {
    const appended = await Promise.all(streams(20).map((stream, index) => store.append(stream, emptyHead, several(1 + (index % 3)))));
    expect(sent.length).toBeLessThan(10);
    expect(new Set(sent)).toEqual(new Set(['append_one', 'append_together']));
    for (const { events, head, checkpoint } of appended.map((result) => result._unsafeUnwrap())) {
      expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));
      const history = await historyOf(events[0]?.stream ?? newStream());
      expect(history).toMatchObject(events);
      expect(history.at(-1)).toMatchObject({ revision: head.revision, hash: head.hash, checkpoint });
    }
    const fed = (await collect(store)).flatMap((batch) => batch.events);
    const fedOf = Map.groupBy(fed, ({ stream }) => stream);
    for (const [, its] of fedOf) expect(its.map(({ revision }) => revision)).toEqual(its.map((_, index) => index + 1));
    expect(fedOf.size).toBe(20);
  });

  test('of several events are written whole or not at all', async () => {
    const [moved, locked, ...good] = streams(6);
    if (moved === undefined || locked === undefined) throw new Error('no streams');
    expect((await store.append(moved, emptyHead, several(1))).isOk()).toBe(true);
    const taken = several(2);
    expect((await store.append(newStream(), emptyHead, taken)).isOk()).toBe(true);
    const holder = await opened.pool.connect();
    await holder.query('select pg_advisory_lock(hashtextextended($1, 0))', [locked]);
    const elsewhere = newStream();
    const waiting = store.append(locked, emptyHead, several(3));
    const results = await Promise.all([
      store.append(moved, emptyHead, several(2)),
      ...good.map((stream) => store.append(stream, emptyHead, several(2))),
      // Its second event has an id that stands elsewhere already.
      store.append(elsewhere, emptyHead, [...several(1), ...taken.slice(1)]),
    ]);
    expect(results.map((result) => result.isOk())).toEqual([false, true, true, true, true, false]);
    expect(await historyOf(moved)).toHaveLength(1);
    expect(await historyOf(elsewhere)).toEqual([]);
    expect(await historyOf(locked)).toEqual([]);
    for (const stream of good) expect(await historyOf(stream)).toHaveLength(2);
    await holder.query('select pg_advisory_unlock_all()');
    holder.release();
    expect((await waiting).isOk()).toBe(true);
    expect(await historyOf(locked)).toHaveLength(3);
  });

  test('each have an outcome of their own', async () => {
    const [moved, repeated, elsewhere] = [newStream(), newStream(), newStream()];
    const [first, taken] = [several(1), several(1)];
    const known = (await store.append(repeated, emptyHead, first))._unsafeUnwrap();
    expect((await store.append(moved, emptyHead, taken)).isOk()).toBe(true);
    const good = streams(6);
    const results = await Promise.all([
      ...good.slice(0, 3).map((stream) => store.append(stream, emptyHead, several(1))),
      store.append(moved, emptyHead, several(1)),
      store.append(repeated, emptyHead, first),
      store.append(elsewhere, emptyHead, taken),
      ...good.slice(3).map((stream) => store.append(stream, emptyHead, several(1))),
    ]);
    expect(results.map((result) => (result.isOk() ? 'appended' : result.error.kind))).toEqual([
      ...['appended', 'appended', 'appended'],
      ...['Conflict', 'appended', 'Conflict'],
      ...['appended', 'appended', 'appended'],
    ]);
    expect(results[4]?._unsafeUnwrap()).toEqual(known);
    for (const stream of good) expect(await historyOf(stream)).toHaveLength(1);
    expect(await historyOf(moved)).toHaveLength(1);
    expect(await historyOf(elsewhere)).toEqual([]);
  });

  test('behind the same head of one stream: one is written, the others are in conflict', async () => {
    const stream = newStream();
    const results = await Promise.all(Array.from({ length: 12 }, () => store.append(stream, emptyHead, several(1))));
    expect(results.filter((result) => result.isOk())).toHaveLength(1);
    expect(new Set(results.flatMap((result) => (result.isErr() ? [result.error.kind] : [])))).toEqual(new Set(['Conflict']));
    expect(await historyOf(stream)).toHaveLength(1);
  });

  test('are not held up by those whose streams are locked', async () => {
    const locked = streams(4);
    const holder = await opened.pool.connect();
    await holder.query('select pg_advisory_lock(hashtextextended(stream, 0)) from unnest($1::text[]) stream', [locked]);
    const events = several(locked.length);
    const waiting = locked.map((stream, index) => store.append(stream, emptyHead, events.slice(index, index + 1)));
    const free = await Promise.all(streams(12).map((stream) => store.append(stream, emptyHead, several(1))));
    expect(free.every((result) => result.isOk())).toBe(true);
    for (const stream of locked) expect(await historyOf(stream)).toEqual([]);
    await holder.query('select pg_advisory_unlock_all()');
    holder.release();
    const appended = (await Promise.all(waiting)).flatMap((result) => idsOf(result._unsafeUnwrap().events));
    expect(appended).toEqual(idsOf(events));
  });
});
