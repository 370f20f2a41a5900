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

/**
 * Fills the read model itself, as so many first connects in random order would have. The history stays empty, so the
 * running service finds nothing to project.
 */
export const fillConnections = async (database: BenchDatabase, rows: number): Promise<void> => {
  await database.prepare(fill(rows));
  await database.prepare('vacuum (freeze, analyze) tiktok_connections.connections');
};
