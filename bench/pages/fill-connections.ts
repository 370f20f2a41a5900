import { z } from 'zod';
import type { BenchDatabase } from '../harness/bench-database.ts';
import { benchClient } from '../histories/connection-history.ts';

const sealedOf = (bytes: number): string => `'s1.bench.' || left(repeat(md5(n::text), ${Math.ceil(bytes / 32)}), ${bytes})`;

const fill = (rows: number): string => `
  insert into tiktok_connections.connections
  select gen_random_uuid() as connection_id, 'bench-user-' || n % ${Math.ceil(rows / 2)} as user_id, true as current_owner, 1 as life,
    case when n % 20 < 17 then 'active' when n % 20 < 18 then 'reauthorization_required' else 'disconnected' end as status,
    '${benchClient}' as client_key, ${sealedOf(700)} as sealed_profile, ${sealedOf(160)} as sealed_access_token,
    ${sealedOf(160)} as sealed_refresh_token, '{user.info.basic,video.publish}'::text[] as scopes,
    moment + interval '1 day' as access_token_expires_at, moment + interval '365 days' as refresh_token_expires_at,
    null as reauthorization_reason, moment as connected_at, moment as first_connected_at,
    moment as connection_first_connected_at, moment as updated_at, 1 + n % 40 as revision, 'open' as profile_state,
    '-000' || md5(n::text) as open_id, md5('u' || n) as union_id, 'Bench ' || n as display_name,
    'https://images.example/avatars/' || n || '.jpeg' as avatar_url, null as avatar_url_100, null as avatar_large_url,
    null as bio_description, null as profile_deep_link, 'bench_' || n as username
  from generate_series(1, ${rows}) as numbered (n)
    cross join lateral (select timestamptz '2026-01-01' + abs(hashtext('t' || n)::bigint) % 31536000 * interval '1 second' as moment) as at`;

const indexesOfTable = `
  select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
  where i.indrelid = 'tiktok_connections.connections'::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`;

const indexRows = z.array(z.object({ name: z.string(), definition: z.string() }));

/**
 * Fills the read model itself, as so many first connects in random order would have. The history stays empty, so the
 * running service finds nothing to project. Nothing is logged and indexes are made at the end: a reader sees no difference,
 * and a million rows take a fraction of the time.
 */
export const fillConnections = async (database: BenchDatabase, rows: number): Promise<void> => {
  const indexes = indexRows.parse((await database.pool.query(indexesOfTable)).rows);
  await database.prepare('alter table tiktok_connections.connections set unlogged');
  for (const { name } of indexes) await database.prepare(`drop index ${name}`);
  await database.prepare(fill(rows));
  for (const { definition } of indexes) await database.prepare(definition);
  await database.prepare('vacuum (freeze, analyze) tiktok_connections.connections');
};
