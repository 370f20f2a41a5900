import type pg from 'pg';
import { createEventCodec } from '../../src/adapters/event-store/codec/event-codec.ts';
import type { EntryToAppend } from '../../src/adapters/event-store/event-log.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead, type StreamHead } from '../../src/application/ports/event-store.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import { sampleAppend } from '../append/sample-event.ts';
import { gatheringSealer, type KeptKey } from './bench-keys.ts';
import { eventAt, eventsOfHistory, madeUpConnection, momentOf, sealedOf } from './connection-history.ts';

/** Connections whose histories run side by side: neighbours in the feed are of different streams, as in real life. */
const sideBySide = 1_000;

const insertEvents = `
  insert into tiktok_connections.events (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
  select * from unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])`;

const insertKeys = `
  insert into tiktok_connections.data_keys (connection_id, life, purpose, id, key_encryption_key_id, wrapped)
  select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])`;

type Written = Readonly<{ stream: string; entry: EntryToAppend }>;

export const writeEvents = (pool: pg.Pool, written: readonly Written[]): Promise<unknown> => {
  const column = <Value>(of: (entry: EntryToAppend) => Value): Value[] => written.map(({ entry }) => of(entry));
  return pool.query(insertEvents, [
    written.map(({ stream }) => stream),
    column((entry) => entry.revision),
    column((entry) => entry.id),
    column((entry) => entry.type),
    column((entry) => entry.schemaVersion),
    column((entry) => entry.occurredAt),
    column((entry) => entry.data),
    column((entry) => entry.metadata),
    column((entry) => entry.hash),
  ]);
};

export const writeKeys = (pool: pg.Pool, keys: readonly KeptKey[]): Promise<unknown> =>
  pool.query(insertKeys, [
    keys.map(({ slot }) => slot.connectionId),
    keys.map(({ slot }) => slot.life),
    keys.map(({ slot }) => slot.purpose),
    keys.map(({ key }) => key.id),
    keys.map(({ key }) => key.keyEncryptionKeyId),
    keys.map(({ key }) => key.wrapped),
  ]);

/** One insert at a time; the next batch is made while PostgreSQL takes the one before. */
const inTurn = (write: (written: readonly Written[]) => Promise<unknown>) => {
  let before: Promise<unknown> = Promise.resolve();
  return {
    write: async (written: readonly Written[]): Promise<void> => {
      await before;
      before = write(written);
      // Told to whoever waits for it next.
      before.catch(() => undefined);
    },
    written: () => before,
  };
};

/**
 * Fills a store with whole, valid histories: encoded, chained and sealed as the service does it, in bulk.
 * @param events how many there are afterwards
 * @param before how many an earlier call has written
 */
export const writeHistories = async (pool: pg.Pool, events: number, before = 0): Promise<void> => {
  const codec = createEventCodec();
  const connections = Math.ceil(events / eventsOfHistory);
  const inserts = inTurn((written) => writeEvents(pool, written));
  let place = before;
  for (let from = before / eventsOfHistory; from < connections; from += sideBySide) {
    const { sealer, takeKeys } = gatheringSealer();
    const group = Array.from({ length: Math.min(sideBySide, connections - from) }, (_, index) => madeUpConnection(from + index));
    const values = await Promise.all(group.map((connection) => sealedOf(sealer, connection)));
    const heads = new Map<ConnectionId, StreamHead>();
    for (let step = 0; step < eventsOfHistory; step += 1) {
      const written: Written[] = [];
      for (const [index, connection] of group.entries()) {
        const inTurn = values[index];
        if (inTurn === undefined) throw new Error('every connection has its sealed values');
        const stream = connectionStream(connection.id);
        const head = heads.get(connection.id) ?? emptyHead;
        const occurredAt = momentOf(place);
        const event = eventAt(connection, inTurn, step, occurredAt);
        const [encoded] = codec.encode(stream, head, [{ ...sampleAppend(event), occurredAt }]);
        if (encoded === undefined) throw new Error('nothing was encoded');
        const { entry } = encoded;
        heads.set(connection.id, { revision: entry.revision, hash: entry.hash });
        written.push({ stream, entry });
        place += 1;
      }
      await inserts.write(written);
    }
    await writeKeys(pool, takeKeys());
  }
  await inserts.written();
};
