import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { adoptCluster } from '../../../src/adapters/event-store/postgres/cluster.ts';
import { createPostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { collect, feedOptions } from '../../support/event-store/opened-store.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';

let opened: OpenedPostgresLog;

beforeEach(async () => {
  opened = await openPostgresLog();
});

afterEach(() => opened.close());

/** What the tables look like after a dump of another cluster, whose transaction ids were ahead, was restored here. */
const restoreFromAnotherCluster = async (): Promise<void> => {
  await opened.pool.query(`
    alter table tiktok_connections.events disable trigger events_are_append_only;
    update tiktok_connections.events set xid = (xid::text::bigint + 1000000000)::text::xid8;
    alter table tiktok_connections.events enable trigger events_are_append_only;
    update tiktok_connections.event_cluster set system_identifier = '1'`);
};

const reopen = () => createPostgresEventStore({ pool: opened.pool, url: opened.url });
const idsInFeed = async (store: ReturnType<typeof reopen>) => (await collect(store)).flatMap(({ events }) => events.map(({ id }) => id));

describe('a database restored into another cluster', () => {
  test('is refused with the remedy, and gives and takes nothing', async () => {
    await restoreFromAnotherCluster();
    const store = reopen();
    const problem = (await store.checkCluster())._unsafeUnwrapErr();
    expect(problem).toMatchObject({ kind: 'RestoredIntoAnotherCluster', recorded: '1' });
    expect(problem.kind === 'RestoredIntoAnotherCluster' && problem.sentence).toContain('migrate --adopt-cluster');
    expect((await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrapErr().kind).toBe('Unavailable');
    expect((await store.read(newStream(), 1, 1))._unsafeUnwrapErr().kind).toBe('Unavailable');
    for await (const batch of store.feed(feedOptions())) expect(batch._unsafeUnwrapErr().kind).toBe('Unavailable');
    await store.close();
  });

  test('is fed whole and in stream order once it is adopted, and refuses the checkpoints of before', async () => {
    const before = eventStoreOver(opened.log, createEventCodec());
    const streams = [newStream(), newStream()];
    const heads = await Promise.all(streams.map(async (stream) => (await before.append(stream, emptyHead, several(3)))._unsafeUnwrap()));
    const [old] = heads;
    await restoreFromAnotherCluster();

    expect((await adoptCluster(opened.pool))._unsafeUnwrap()).toBe('adopted');
    const store = reopen();
    expect((await store.checkCluster()).isOk()).toBe(true);
    for (const [index, stream] of streams.entries()) {
      expect((await store.append(stream, heads[index]?.head ?? emptyHead, several(1))).isOk()).toBe(true);
    }
    const all = await idsInFeed(store);
    expect(new Set(all).size).toBe(8);
    for (const stream of streams) {
      const history = (await store.read(stream, 1, 10))._unsafeUnwrap().map(({ id }) => id);
      expect(all.filter((id) => history.includes(id))).toEqual(history);
    }
    for await (const batch of store.feed(feedOptions({ after: old?.checkpoint ?? null }))) {
      expect(batch._unsafeUnwrapErr().kind).toBe('CheckpointOfAnotherStore');
    }
    await store.close();
  });

  test('is adopted once: the right cluster is left as it is', async () => {
    const store = reopen();
    const first = (await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrap();
    expect((await adoptCluster(opened.pool))._unsafeUnwrap()).toBe('already ours');
    expect((await collect(store)).at(-1)?.checkpoint).toBe(first.checkpoint);
    await store.close();
  });
});

test.each(['update tiktok_connections.events set data = data', 'delete from tiktok_connections.events', 'truncate tiktok_connections.events'])(
  'events are append-only: "%s" is refused',
  async (statement) => {
    await expect(opened.pool.query(statement)).rejects.toMatchObject({ code: '23001' });
  },
);
