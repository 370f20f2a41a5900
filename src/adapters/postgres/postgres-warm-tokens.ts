import type pg from 'pg';
import { z } from 'zod';
import type { OpenWithKey, WarmToken, WarmTokens } from '../../application/ports/warm-tokens.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { openId } from '../../domain/values/ids.ts';
import { sealed } from '../../domain/values/sealed.ts';
import { ask } from './database.ts';
import { instantColumn, scopesColumn } from './row-types.ts';

// One snapshot: a row of the head's own revision is what the history says now. The moment is spelt as everywhere.
const grant = {
  name: 'warm_tokens.grant',
  text: `with warm as materialized (
      select c.life, c.sealed_access_token, c.access_token_expires_at, c.scopes, c.open_id, c.revision,
        k.id as key_id, k.key_encryption_key_id, k.wrapped
      from tiktok_connections.connections c
      join tiktok_connections.data_keys k on (k.connection_id, k.life, k.purpose) = (c.connection_id, c.life, 'tokens')
      where c.connection_id = $1 and c.current_owner and c.status = 'active'
        and c.access_token_expires_at >= clock_timestamp() + $3 * interval '1 millisecond'
        and c.revision = (select e.revision from tiktok_connections.events e where e.stream = $2 order by e.revision desc limit 1)
        and not exists (select from tiktok_connections.data_key_fences f where (f.connection_id, f.life, f.purpose) = (c.connection_id, c.life, 'tokens'))
    ), logged as (
      insert into tiktok_connections.security_log (kind, principal, connection_id, detail)
      select 'access_token_granted', $4, $1, json_build_object('reason', $5::text, 'revision', revision,
        'expires_at', to_char(access_token_expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from warm
    )
    select * from warm`,
};

const warmRow = z.object({
  life: z.number(),
  sealed_access_token: z.string().transform(sealed),
  access_token_expires_at: instantColumn,
  scopes: scopesColumn,
  open_id: z.string().transform(openId).nullable(),
  revision: z.number(),
  key_id: z.string(),
  key_encryption_key_id: z.string(),
  wrapped: z.string(),
});

const opened = (open: OpenWithKey, connectionId: ConnectionId, row: z.output<typeof warmRow>): WarmToken | null => {
  const context = { connectionId, life: row.life, purpose: 'tokens', field: 'access_token' } as const;
  const key = { kind: 'Key', key: { id: row.key_id, keyEncryptionKeyId: row.key_encryption_key_id, wrapped: row.wrapped } } as const;
  return open({ context, sealed: row.sealed_access_token }, key).match(
    (token) => ({ token, expiresAt: row.access_token_expires_at, scopes: row.scopes, openId: row.open_id, revision: row.revision }),
    () => null,
  );
};

export const createWarmTokens = (pool: pg.Pool, open: OpenWithKey): WarmTokens => ({
  grant: ({ connectionId, stream, minValidityMillis, principal, reason }) =>
    ask(pool, grant, [connectionId, stream, minValidityMillis, principal, reason], warmRow).map(([row]) => (row === undefined ? null : opened(open, connectionId, row))),
});
