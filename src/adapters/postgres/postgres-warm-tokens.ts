import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { OpenWithKey, WarmGrant, WarmToken, WarmTokens } from '../../application/ports/warm-tokens.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { openId } from '../../domain/values/ids.ts';
import { instant } from '../../domain/values/instant.ts';
import { scope } from '../../domain/values/scopes.ts';
import { sealed } from '../../domain/values/sealed.ts';
import { rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { gather } from './gather.ts';

// One snapshot: a row of the head's own revision is what the history says now. Each is looked up by itself, whatever the
// planner thinks of the sizes of tables. The moment is spelt as everywhere, the reason comes as JSON.
const grant = {
  name: 'warm_tokens.grant',
  text: `with warm as materialized (
      select w.place, w.connection_id, w.principal, w.reason, c.life, c.sealed_access_token, c.access_token_expires_at, c.scopes, c.open_id, c.revision,
        k.id as key_id, k.key_encryption_key_id, k.wrapped
      from unnest($1::uuid[], $2::text[], $3::double precision[], $4::text[], $5::text[])
        with ordinality as w (connection_id, stream, lives_millis, principal, reason, place)
      cross join lateral (select * from tiktok_connections.connections t
        where t.connection_id = w.connection_id and t.current_owner limit 1) as c
      cross join lateral (select * from tiktok_connections.data_keys d
        where (d.connection_id, d.life, d.purpose) = (c.connection_id, c.life, 'tokens') limit 1) as k
      where c.status = 'active' and c.access_token_expires_at >= clock_timestamp() + w.lives_millis * interval '1 millisecond'
        and c.revision = (select e.revision from tiktok_connections.events e where e.stream = w.stream order by e.revision desc limit 1)
        and not exists (select from tiktok_connections.data_key_fences f where (f.connection_id, f.life, f.purpose) = (c.connection_id, c.life, 'tokens') limit 1)
    ), logged as (
      insert into tiktok_connections.security_log (kind, principal, connection_id, detail)
      select 'access_token_granted', principal, connection_id, json_build_object('reason', reason::json, 'revision', revision,
        'expires_at', to_char(access_token_expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from warm order by place
    )
    select place::integer, life, sealed_access_token, access_token_expires_at, scopes, open_id, revision, key_id, key_encryption_key_id, wrapped from warm`,
};

// Read with every grant: plain types, all checked in one pass, and given their meaning afterwards.
const warmRow = z.object({
  place: z.number(),
  life: z.number(),
  sealed_access_token: z.string(),
  access_token_expires_at: z.date(),
  scopes: z.array(z.string()),
  open_id: z.string().nullable(),
  revision: z.number(),
  key_id: z.string(),
  key_encryption_key_id: z.string(),
  wrapped: z.string(),
});

type WarmRow = z.output<typeof warmRow>;

/** More than this would make others wait for a commit that is not theirs. */
const limits = { atOnce: 2, mostTogether: 32 };

const valuesOf = (wanted: readonly WarmGrant[]): readonly unknown[] => [
  wanted.map(({ connectionId }) => connectionId),
  wanted.map(({ stream }) => stream),
  wanted.map(({ minValidityMillis }) => minValidityMillis),
  wanted.map(({ principal }) => principal),
  wanted.map(({ reason }) => JSON.stringify(reason)),
];

const opened = (open: OpenWithKey, connectionId: ConnectionId, row: WarmRow): WarmToken | null => {
  const context = { connectionId, life: row.life, purpose: 'tokens', field: 'access_token' } as const;
  const key = { kind: 'Key', key: { id: row.key_id, keyEncryptionKeyId: row.key_encryption_key_id, wrapped: row.wrapped } } as const;
  return open({ context, sealed: sealed(row.sealed_access_token) }, key).match(
    (token) => ({
      token,
      expiresAt: instant(row.access_token_expires_at.getTime()),
      scopes: row.scopes.map(scope),
      openId: row.open_id === null ? null : openId(row.open_id),
      revision: row.revision,
    }),
    () => null,
  );
};

/** Grants that come together share a statement, and so a commit of their entries in the security log. */
export const createWarmTokens = (pool: pg.Pool, open: OpenWithKey): WarmTokens => {
  const grantTogether = async (wanted: readonly WarmGrant[]): Promise<readonly (WarmToken | null)[]> => {
    const rows = new Map((await rowsOf(pool, grant, valuesOf(wanted), warmRow)).map((row) => [row.place, row]));
    return wanted.map(({ connectionId }, index) => {
      const row = rows.get(index + 1);
      return row === undefined ? null : opened(open, connectionId, row);
    });
  };
  const grantOne = gather({ send: grantTogether, ...limits });
  return { grant: (wanted) => ResultAsync.fromPromise(grantOne(wanted), databaseUnavailable) };
};
