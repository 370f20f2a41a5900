import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../application/failures.ts';
import { ask } from './database.ts';

// Hops over the index from one id to the next, so that millions of data keys cost as little as ten.
const selectIds = {
  name: 'key-encryption-keys-in-use',
  text: `with recursive ids as (
      (select key_encryption_key_id as id from tiktok_connections.data_keys order by 1 limit 1)
      union all
      select (select d.key_encryption_key_id from tiktok_connections.data_keys d
        where d.key_encryption_key_id > ids.id order by 1 limit 1) from ids where ids.id is not null)
    select id from ids where id is not null`,
};

const idRow = z.object({ id: z.string() });

/** Ids of the key-encryption keys that wrap a stored data key. */
export const keyEncryptionKeysInUse = (pool: pg.Pool): ResultAsync<readonly string[], Unavailable> =>
  ask(pool, selectIds, [], idRow).map((rows) => rows.map(({ id }) => id));
