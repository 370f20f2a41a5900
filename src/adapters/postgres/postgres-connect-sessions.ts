import type pg from 'pg';
import { z } from 'zod';
import type { ConnectSessions } from '../../application/ports/connect-sessions.ts';
import { ask, nothing } from './database.ts';
import { instantColumn, scopesColumn, userIdColumn } from './row-types.ts';

const open = {
  name: 'connect_sessions.open',
  text: `insert into tiktok_connections.connect_sessions
    (token_digest, user_id, return_to, scopes, add_account, expires_at) values ($1, $2, $3, $4, $5, $6)`,
};

const redeem = {
  name: 'connect_sessions.redeem',
  text: `update tiktok_connections.connect_sessions set redeemed_at = clock_timestamp()
    where token_digest = $1 and redeemed_at is null and expires_at > clock_timestamp()
    returning token_digest, user_id, return_to, scopes, add_account, expires_at`,
};

const sessionRow = z
  .object({
    token_digest: z.string(),
    user_id: userIdColumn,
    return_to: z.string().nullable(),
    scopes: scopesColumn.nullable(),
    add_account: z.boolean(),
    expires_at: instantColumn,
  })
  .transform((row) => ({
    tokenDigest: row.token_digest,
    userId: row.user_id,
    returnTo: row.return_to,
    scopes: row.scopes,
    addAccount: row.add_account,
    expiresAt: row.expires_at,
  }));

/** Expiry is judged by the database's clock. */
export const createConnectSessions = (pool: pg.Pool): ConnectSessions => ({
  open: ({ tokenDigest, userId, returnTo, scopes, addAccount, expiresAt }) =>
    ask(pool, open, [tokenDigest, userId, returnTo, scopes, addAccount, expiresAt], nothing).map(() => undefined),
  redeem: (tokenDigest) => ask(pool, redeem, [tokenDigest], sessionRow).map(([session]) => session ?? null),
});
