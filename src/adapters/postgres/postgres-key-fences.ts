import type pg from 'pg';
import { z } from 'zod';
import type { KeyFence, KeyFences } from '../../application/ports/key-fences.ts';
import { purposes } from '../../domain/values/sealed.ts';
import { ask } from './database.ts';
import { connectionIdColumn, instantColumn } from './row-types.ts';

const table = 'tiktok_connections.data_key_fences';
const columns = 'connection_id, life, purpose, because, fenced_at';

const firstPage = { name: 'key_fences.first_page', text: `select ${columns} from ${table} order by connection_id, life, purpose limit $1` };

const nextPage = {
  name: 'key_fences.next_page',
  text: `select ${columns} from ${table} where (connection_id, life, purpose) > ($2::uuid, $3::integer, $4::text)
    order by connection_id, life, purpose limit $1`,
};

const enforce = {
  name: 'key_fences.enforce',
  text: `delete from tiktok_connections.data_keys k using ${table} f
    where (k.connection_id, k.life, k.purpose) = (f.connection_id, f.life, f.purpose) returning 1 as destroyed`,
};

const fenceRow = z
  .object({
    connection_id: connectionIdColumn,
    life: z.number(),
    purpose: z.enum(purposes),
    because: z.enum(['disconnected', 'erased']),
    fenced_at: instantColumn,
  })
  .transform(
    ({ connection_id: connectionId, life, purpose, because, fenced_at: fencedAt }): KeyFence => ({
      slot: { connectionId, life, purpose },
      because,
      fencedAt,
    }),
  );

const destroyedRow = z.object({ destroyed: z.number() });

export const createKeyFences = (pool: pg.Pool): KeyFences => ({
  page: (after, limit) =>
    after === null ? ask(pool, firstPage, [limit], fenceRow) : ask(pool, nextPage, [limit, after.connectionId, after.life, after.purpose], fenceRow),
  enforce: () => ask(pool, enforce, [], destroyedRow).map(({ length }) => length),
});
