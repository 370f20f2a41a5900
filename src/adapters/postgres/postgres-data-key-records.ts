import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { DataKeyRecords, KeyRecord, KeySlot, WrappedDataKey } from '../../application/ports/data-key-records.ts';
import { inTransaction, nothing, rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { gather } from './gather.ts';

const slotsOf = (slots: readonly KeySlot[]): readonly unknown[] => [
  slots.map(({ connectionId }) => connectionId),
  slots.map(({ life }) => life),
  slots.map(({ purpose }) => purpose),
];

const find = {
  name: 'data_keys.find',
  text: `select k.id, k.key_encryption_key_id, k.wrapped, f.connection_id is not null as fenced
    from unnest($1::uuid[], $2::integer[], $3::text[]) with ordinality as s (connection_id, life, purpose, place)
    left join tiktok_connections.data_keys k using (connection_id, life, purpose)
    left join tiktok_connections.data_key_fences f using (connection_id, life, purpose)
    order by s.place`,
};

// Who adds a key and who fences its slot take this lock first: the one who comes second sees what the first has done.
const lock = {
  name: 'data_keys.lock',
  text: `select pg_advisory_xact_lock(hashtextextended('tiktok_connections.data_keys:' || connection_id, 0))
    from (select distinct unnest($1::uuid[])::text as connection_id order by 1) as connections`,
};

const add = {
  name: 'data_keys.add',
  text: 'select * from tiktok_connections.add_data_keys($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])',
};

const fence = {
  name: 'data_keys.fence',
  text: `insert into tiktok_connections.data_key_fences (connection_id, life, purpose, because)
    select connection_id, life, purpose, $4 from unnest($1::uuid[], $2::integer[], $3::text[]) as s (connection_id, life, purpose)
    on conflict (connection_id, life, purpose) do update set because = excluded.because
    where excluded.because = 'erased' and data_key_fences.because <> 'erased'`,
};

const destroy = {
  name: 'data_keys.destroy',
  text: `delete from tiktok_connections.data_keys k
    using unnest($1::uuid[], $2::integer[], $3::text[]) as s (connection_id, life, purpose)
    where (k.connection_id, k.life, k.purpose) = (s.connection_id, s.life, s.purpose)`,
};

const recordRow = z
  .object({ id: z.string().nullable(), key_encryption_key_id: z.string().nullable(), wrapped: z.string().nullable(), fenced: z.boolean() })
  .transform(({ id, key_encryption_key_id: keyEncryptionKeyId, wrapped, fenced }): KeyRecord => {
    if (fenced) return { kind: 'Fenced' };
    if (id === null || keyEncryptionKeyId === null || wrapped === null) return { kind: 'Missing' };
    return { kind: 'Key', key: { id, keyEncryptionKeyId, wrapped } };
  });

/** Look-ups of one turn of the event loop share a statement. */
const gatherFinds = (pool: pg.Pool): ((slots: readonly KeySlot[]) => Promise<readonly KeyRecord[]>) => {
  const findTogether = async (lists: readonly (readonly KeySlot[])[]): Promise<readonly (readonly KeyRecord[])[]> => {
    const found = await rowsOf(pool, find, slotsOf(lists.flat()), recordRow);
    let from = 0;
    return lists.map(({ length }) => found.slice(from, (from += length)));
  };
  return gather({ send: findTogether, atOnce: 2, mostTogether: 32 });
};

type Added = Readonly<{ slot: KeySlot; key: WrappedDataKey }>;

export const createDataKeyRecords = (pool: pg.Pool): DataKeyRecords => {
  const findOne = gatherFinds(pool);
  const addTogether = (added: readonly Added[]): Promise<readonly KeyRecord[]> => {
    const keys = added.map(({ key }) => key);
    const values = [...slotsOf(added.map(({ slot }) => slot)), keys.map(({ id }) => id), keys.map((key) => key.keyEncryptionKeyId), keys.map(({ wrapped }) => wrapped)];
    return rowsOf(pool, add, values, recordRow);
  };
  const addOne = gather({ send: addTogether, atOnce: 1, mostTogether: 32 });
  return {
    find: (slots) => ResultAsync.fromPromise(findOne(slots), databaseUnavailable),
    add: (slot, key) => ResultAsync.fromPromise(addOne({ slot, key }), databaseUnavailable),
    fence: (slots, because) =>
      ResultAsync.fromPromise(
        inTransaction(pool, async (client) => {
          await rowsOf(client, lock, [slots.map(({ connectionId }) => connectionId)], nothing);
          await rowsOf(client, fence, [...slotsOf(slots), because], nothing);
          await rowsOf(client, destroy, slotsOf(slots), nothing);
        }),
        databaseUnavailable,
      ),
  };
};
