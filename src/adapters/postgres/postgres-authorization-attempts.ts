import type pg from 'pg';
import { z } from 'zod';
import type { AuthorizationAttempts } from '../../application/ports/authorization-attempts.ts';
import { authorizationId } from '../../domain/values/ids.ts';
import { ask, nothing } from './database.ts';
import { instantColumn, userIdColumn } from './row-types.ts';

const open = {
  name: 'authorization_attempts.open',
  text: `insert into tiktok_connections.authorization_attempts
    (id, state_digest, cookie_digest, user_id, return_to, via_connect_link, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
};

// The row stays behind, consumed: of any number of callers at a time one finds it unconsumed.
const consume = {
  name: 'authorization_attempts.consume',
  text: `update tiktok_connections.authorization_attempts set consumed_at = clock_timestamp()
    where state_digest = $1 and consumed_at is null and expires_at > clock_timestamp()
    returning id, state_digest, cookie_digest, user_id, return_to, via_connect_link, expires_at`,
};

const attemptRow = z
  .object({
    id: z.string().transform(authorizationId),
    state_digest: z.string(),
    cookie_digest: z.string(),
    user_id: userIdColumn,
    return_to: z.string(),
    via_connect_link: z.boolean(),
    expires_at: instantColumn,
  })
  .transform((row) => ({
    id: row.id,
    stateDigest: row.state_digest,
    cookieDigest: row.cookie_digest,
    userId: row.user_id,
    returnTo: row.return_to,
    viaConnectLink: row.via_connect_link,
    expiresAt: row.expires_at,
  }));

/** Expiry is judged by the database's clock. */
export const createAuthorizationAttempts = (pool: pg.Pool): AuthorizationAttempts => ({
  open: ({ id, stateDigest, cookieDigest, userId, returnTo, viaConnectLink, expiresAt }) =>
    ask(pool, open, [id, stateDigest, cookieDigest, userId, returnTo, viaConnectLink, expiresAt], nothing).map(() => undefined),
  consume: (stateDigest) => ask(pool, consume, [stateDigest], attemptRow).map(([attempt]) => attempt ?? null),
});
