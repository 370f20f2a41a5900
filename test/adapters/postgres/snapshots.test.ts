import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectionStateSchema } from '../../../src/adapters/postgres/snapshots/connection-state-schema.ts';
import { foldShape } from '../../../src/adapters/postgres/snapshots/fold-shape.ts';
import { connectionFold, createSnapshots } from '../../../src/adapters/postgres/snapshots/postgres-snapshots.ts';
import { connectionAggregate } from '../../../src/application/execution/aggregate.ts';
import { load } from '../../../src/application/execution/load.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { emptyHead, type EventStore, type StreamHead } from '../../../src/application/ports/event-store.ts';
import type { ConnectionEvent } from '../../../src/domain/connection/events.ts';
import { evolve, initial } from '../../../src/domain/connection/state.ts';
import { connectionId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { anyEvent } from '../../domain/connection/arbitrary.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';
import { connected, disconnected, profileChanged, toAppend, tokensRefreshed } from '../../support/sample-events.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const every = 5;
const shape = () => 'made-up-shape';
const snapshots = (changed: { shape?: () => string; pool?: MigratedDatabase['pool'] } = {}) =>
  createSnapshots(changed.pool ?? database.pool, { shape: changed.shape ?? shape, state: connectionStateSchema, every });

/** A history, and the revisions that were asked of it. */
const history = async (events: readonly ConnectionEvent[]) => {
  const id = connectionId(randomUUID());
  const stream = connectionStream(id);
  const inner = createInMemoryEventStore();
  const asked: number[] = [];
  let head: StreamHead = emptyHead;
  const append = async (more: readonly ConnectionEvent[]) => {
    if (more.length > 0) head = (await inner.append(stream, head, more.map((event) => toAppend(event))))._unsafeUnwrap().head;
  };
  await append(events);
  const eventStore: EventStore = { ...inner, read: (name, from, limit) => (asked.push(from), inner.read(name, from, limit)) };
  return { id, stream, append, asked, eventStore, head: () => head };
};

const loadOver = async (eventStore: EventStore, id: ConnectionId, connection = snapshots()) =>
  (await load({ ...eventStore, snapshots: { connection } }, connectionAggregate, id))._unsafeUnwrap();

const kept = async (stream: string) =>
  (await database.pool.query<{ revision: number; state: string; shape: string }>('select revision, state, shape from tiktok_connections.snapshots where stream = $1 order by shape', [stream])).rows;

const many = (count: number): readonly ConnectionEvent[] => [connected(), ...Array.from({ length: count - 1 }, (_, index) => profileChanged(`envelope ${index}`))];

describe('loading with snapshots', () => {
  test('gives what folding everything gives, whatever happened and whenever it was loaded', async () => {
    const parts = fc.array(fc.array(anyEvent, { maxLength: 9 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (chunks, oneProcess) => {
        const { id, append, eventStore, head } = await history([]);
        const own = snapshots();
        let expected = initial;
        for (const chunk of chunks) {
          await append(chunk);
          expected = chunk.reduce(evolve, expected);
          const loaded = await loadOver(eventStore, id, oneProcess ? own : snapshots());
          expect([loaded.state, loaded.head]).toEqual([expected, head()]);
          const whole = (await load(eventStore, connectionAggregate, id))._unsafeUnwrap();
          expect(loaded).toEqual(whole);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('keeps nothing of a short history and asks for no more than one page of it', async () => {
    const { id, stream, asked, eventStore } = await history(many(every - 1));
    await loadOver(eventStore, id);
    expect([asked, await kept(stream)]).toEqual([[1], []]);
  });

  test('begins at the event of the snapshot once there is one', async () => {
    const { id, stream, append, asked, eventStore, head } = await history(many(12));
    const own = snapshots();
    await loadOver(eventStore, id, own);
    expect((await kept(stream)).map(({ revision }) => revision)).toEqual([12]);
    asked.length = 0;
    await append([profileChanged('envelope of 13')]);
    const loaded = await loadOver(eventStore, id, own);
    expect([loaded.state, loaded.head, asked]).toMatchObject([{ profile: 'envelope of 13' }, head(), [12]]);
    asked.length = 0;
    expect(await loadOver(eventStore, id)).toEqual(loaded);
    expect(asked).toEqual([1, 12]);
    await append(many(5).slice(1));
    await loadOver(eventStore, id, own);
    expect((await kept(stream)).map(({ revision }) => revision)).toEqual([17]);
  });

  test('discards one of another history', async () => {
    const first = await history(many(12));
    const other = await history(many(14).map((event) => (event.type === 'ProfileChanged' ? profileChanged('of the other') : event)));
    await loadOver(first.eventStore, first.id);
    await database.pool.query('update tiktok_connections.snapshots set stream = $1 where stream = $2', [other.stream, first.stream]);
    expect((await loadOver(other.eventStore, other.id)).state).toMatchObject({ profile: 'of the other' });
    expect((await kept(other.stream)).map(({ revision }) => revision)).toEqual([14]);
  });

  test('discards one that is ahead of a history restored to an earlier moment', async () => {
    const { id, stream, eventStore } = await history(many(12));
    await loadOver(eventStore, id);
    await database.pool.query('update tiktok_connections.snapshots set revision = 99 where stream = $1', [stream]);
    expect((await loadOver(eventStore, id)).head.revision).toBe(12);
  });

  test('passes over one of another shape, and over one that cannot be read', async () => {
    const { id, stream, eventStore } = await history(many(12));
    await loadOver(eventStore, id);
    await database.pool.query(`update tiktok_connections.snapshots set state = '{"status":"none"}' where stream = $1`, [stream]);
    expect((await loadOver(eventStore, id, snapshots({ shape: () => 'another' }))).state).toMatchObject({ status: 'active' });
    expect((await kept(stream)).map((row) => row.shape)).toEqual(['another', 'made-up-shape']);
    for (const state of ['{', '{"status":"unheard of"}', '{"status":"active","life":1}']) {
      await database.pool.query('update tiktok_connections.snapshots set state = $2 where stream = $1', [stream, state]);
      expect((await loadOver(eventStore, id)).state).toMatchObject({ status: 'active', profile: 'envelope 10' });
    }
  });

  test('lets go of what an older shape left behind a day ago', async () => {
    const { id, stream, eventStore } = await history(many(12));
    await loadOver(eventStore, id);
    await database.pool.query(`update tiktok_connections.snapshots set kept_at = now() - interval '2 days' where stream = $1`, [stream]);
    await loadOver(eventStore, id, snapshots({ shape: () => 'newer' }));
    expect((await kept(stream)).map((row) => row.shape)).toEqual(['newer']);
  });

  test('changes nothing when all of them are dropped, or cannot be reached', async () => {
    const { id, eventStore } = await history([...many(12), disconnected(), connected({ life: 2 }), ...Array.from({ length: 7 }, () => tokensRefreshed({ life: 2 }))]);
    const before = await loadOver(eventStore, id);
    await database.pool.query('truncate tiktok_connections.snapshots');
    expect(await loadOver(eventStore, id)).toEqual(before);
    expect(await loadOver(eventStore, id, snapshots({ pool: absentPool() }))).toEqual(before);
  });

  test('still lets nothing be decided on a history with an event that cannot be read', async () => {
    const { id, append, eventStore } = await history(many(12));
    const own = snapshots();
    await loadOver(eventStore, id, own);
    await append([profileChanged()]);
    const unreadable: EventStore = {
      ...eventStore,
      read: (...page) =>
        eventStore.read(...page).map((events) => events.map((event) => (event.revision === 13 ? { ...event, readable: false, reason: 'made up' } : event))),
    };
    const loaded = await load({ ...unreadable, snapshots: { connection: own } }, connectionAggregate, id);
    expect(loaded._unsafeUnwrapErr()).toMatchObject({ kind: 'UnreadableHistory', revision: 13 });
  });
});

describe('the shape of a fold', () => {
  test('is another when the fold or the state is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fold-'));
    const changed = join(folder, 'state.ts');
    writeFileSync(changed, readFileSync(connectionFold, 'utf8').replace('state.life + 1', 'state.life + 2'));
    const shapes = [
      foldShape(connectionFold, connectionStateSchema),
      foldShape(pathToFileURL(changed), connectionStateSchema),
      foldShape(connectionFold, z.strictObject({ status: z.literal('none') })),
    ];
    rmSync(folder, { recursive: true });
    expect(new Set(shapes).size).toBe(3);
    expect(foldShape(connectionFold, connectionStateSchema)).toBe(shapes[0]);
  });

  test('is told by one file: the fold of connections uses nothing from elsewhere but types', () => {
    const imports = readFileSync(connectionFold, 'utf8').match(/^import .*$/gm) ?? [];
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((line) => !line.startsWith('import type '))).toEqual([]);
  });
});
