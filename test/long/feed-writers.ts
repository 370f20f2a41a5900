import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { createEventCodec } from '../../src/adapters/event-store/codec/event-codec.ts';
import { appendEvents, valuesOfSeveral } from '../../src/adapters/event-store/postgres/append-statements.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead, type StreamHead } from '../../src/application/ports/event-store.ts';
import type { StreamName } from '../../src/application/ports/event-names.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { several } from '../support/sample-events.ts';

// A process of writers. Some appends go to streams that all processes write to, some stand in transactions that are
// slow, and some of those are rolled back. It ends when its writers have committed their share of the events.
const [url, writers, eventsOfWriter, hotStreams] = z
  .tuple([z.string(), z.coerce.number(), z.coerce.number(), z.string().transform((names) => names.split(','))])
  .parse(process.argv.slice(2));

const pool = createPool({ url, max: writers });
const store = createPostgresEventStore({ pool, url });
const codec = createEventCodec();
const eventsOfStream = 100;

const shortPause = (): Promise<void> => pauseFor(randomInt(0, 6));

/** Events that stay under way for some milliseconds, and then are committed or not. */
const slowly = async (stream: StreamName, head: StreamHead, count: number, how: 'commit' | 'rollback'): Promise<StreamHead> => {
  const entries = codec.encode(stream, head, several(count)).map(({ entry }) => entry);
  const client: pg.PoolClient = await pool.connect();
  await client.query('begin');
  if (randomInt(0, 2) === 0) await shortPause();
  await client.query(appendEvents.text, valuesOfSeveral(stream, head, entries));
  await shortPause();
  await client.query(how);
  client.release();
  const last = entries.at(-1);
  return how === 'rollback' || last === undefined ? head : { revision: last.revision, hash: last.hash };
};

const headOf = async (stream: StreamName): Promise<StreamHead> => {
  let head = emptyHead;
  for (;;) {
    const events = (await store.read(stream, head.revision + 1, 1_000))._unsafeUnwrap();
    const last = events.at(-1);
    if (last === undefined) return head;
    head = { revision: last.revision, hash: last.hash };
  }
};

/** Against everybody else, until it succeeds. */
const intoHotStream = async (count: number): Promise<void> => {
  const stream = connectionStream(connectionId(hotStreams[randomInt(0, hotStreams.length)] ?? randomUUID()));
  for (;;) {
    const appended = await store.append(stream, await headOf(stream), several(count));
    if (appended.isOk()) return;
    if (appended.error.kind !== 'Conflict') throw new Error(`append refused: ${appended.error.kind}`);
  }
};

const write = async (): Promise<void> => {
  let stream = connectionStream(connectionId(randomUUID()));
  let head = emptyHead;
  for (let written = 0; written < eventsOfWriter; ) {
    const count = Math.min(randomInt(1, 6), eventsOfWriter - written);
    const dice = randomInt(0, 100);
    if (dice < 10) {
      await slowly(stream, head, count, 'rollback');
      continue;
    }
    if (dice < 25) head = await slowly(stream, head, count, 'commit');
    else if (dice < 28) await intoHotStream(count);
    else head = (await store.append(stream, head, several(count)))._unsafeUnwrap().head;
    written += count;
    if (head.revision >= eventsOfStream) {
      stream = connectionStream(connectionId(randomUUID()));
      head = emptyHead;
    }
  }
};

await Promise.all(Array.from({ length: writers }, write));
await store.close();
await pool.end();
