import type pg from 'pg';
import { z } from 'zod';
import type { StoredKey, WrappedKeys } from '../../application/ports/wrapped-keys.ts';
import { purposes } from '../../domain/values/sealed.ts';
import { ask } from './database.ts';
import { connectionIdColumn } from './row-types.ts';

const table = 'tiktok_connections.data_keys';
const columns = 'connection_id, life, purpose, id, key_encryption_key_id, wrapped';

const uses = {
  name: 'wrapped_keys.uses',
  text: `select key_encryption_key_id as id, count(*)::integer as data_keys from ${table} group by 1 order by 1`,
};

const samples = {
  name: 'wrapped_keys.samples',
  text: `select ${columns} from ${table} where key_encryption_key_id = $1 limit $2`,
};

const firstPage = {
  name: 'wrapped_keys.first_page',
  text: `select ${columns} from ${table} where key_encryption_key_id <> $1 order by connection_id, life, purpose limit $2`,
};

const nextPage = {
  name: 'wrapped_keys.next_page',
  text: `select ${columns} from ${table} where key_encryption_key_id <> $1 and (connection_id, life, purpose) > ($3::uuid, $4::integer, $5::text)
    order by connection_id, life, purpose limit $2`,
};

// Locked in one order and never waited for: neither another rotation nor a destruction can be in each other's way.
const replace = {
  name: 'wrapped_keys.replace',
  text: `with mine as (
      select k.connection_id, k.life, k.purpose, s.next_id, s.next_wrapped from ${table} k
      join unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
        as s (connection_id, life, purpose, wrapped, next_id, next_wrapped) using (connection_id, life, purpose)
      where k.wrapped = s.wrapped order by 1, 2, 3 for update of k skip locked
    )
    update ${table} k set key_encryption_key_id = mine.next_id, wrapped = mine.next_wrapped from mine
    where (k.connection_id, k.life, k.purpose) = (mine.connection_id, mine.life, mine.purpose) returning 1 as replaced`,
};

const useRow = z.object({ id: z.string(), data_keys: z.number() }).transform(({ id, data_keys: dataKeys }) => ({ keyEncryptionKeyId: id, dataKeys }));
const replacedRow = z.object({ replaced: z.number() });

const storedRow = z
  .object({
    connection_id: connectionIdColumn,
    life: z.number(),
    purpose: z.enum(purposes),
    id: z.string(),
    key_encryption_key_id: z.string(),
    wrapped: z.string(),
  })
  .transform(
    ({ connection_id: connectionId, life, purpose, id, key_encryption_key_id: keyEncryptionKeyId, wrapped }): StoredKey => ({
      slot: { connectionId, life, purpose },
      key: { id, keyEncryptionKeyId, wrapped },
    }),
  );

export const createWrappedKeys = (pool: pg.Pool): WrappedKeys => ({
  uses: () => ask(pool, uses, [], useRow),
  samples: (id, limit) => ask(pool, samples, [id, limit], storedRow),
  notWrappedBy: (id, after, limit) =>
    after === null
      ? ask(pool, firstPage, [id, limit], storedRow)
      : ask(pool, nextPage, [id, limit, after.connectionId, after.life, after.purpose], storedRow),
  replace: (rewrappings) =>
    ask(
      pool,
      replace,
      [
        rewrappings.map(({ slot }) => slot.connectionId),
        rewrappings.map(({ slot }) => slot.life),
        rewrappings.map(({ slot }) => slot.purpose),
        rewrappings.map(({ before }) => before.wrapped),
        rewrappings.map(({ after }) => after.keyEncryptionKeyId),
        rewrappings.map(({ after }) => after.wrapped),
      ],
      replacedRow,
    ).map(({ length }) => length),
});
