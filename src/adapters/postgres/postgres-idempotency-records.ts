import { err, ok, ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import { unavailable } from '../../application/failures.ts';
import type { IdempotencyClaim, IdempotencyKey, IdempotencyRecords } from '../../application/ports/idempotency-records.ts';
import { ask, nothing, rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';

// A claim whose lease has run out is taken over for the same body only: another body stays refused for the 24 hours.
const claim = {
  name: 'idempotency_records.claim',
  text: `insert into tiktok_connections.idempotency_records as kept (scope, key, body_digest, leased_until, expires_at)
    values ($1, $2, $3, clock_timestamp() + interval '60 seconds', clock_timestamp() + interval '24 hours')
    on conflict (scope, key) do update set body_digest = excluded.body_digest, resource = null,
      leased_until = excluded.leased_until, expires_at = excluded.expires_at
    where kept.expires_at <= clock_timestamp()
      or (kept.resource is null and kept.leased_until <= clock_timestamp() and kept.body_digest = excluded.body_digest)
    returning true as claimed`,
};

const find = {
  name: 'idempotency_records.find',
  text: `select resource, body_digest = $3 as same_body from tiktok_connections.idempotency_records where scope = $1 and key = $2`,
};

const complete = {
  name: 'idempotency_records.complete',
  text: `update tiktok_connections.idempotency_records set resource = $3 where scope = $1 and key = $2 and resource is null`,
};

const release = {
  name: 'idempotency_records.release',
  text: `delete from tiktok_connections.idempotency_records where scope = $1 and key = $2 and resource is null`,
};

const claimedRow = z.object({ claimed: z.literal(true) });
const keptRow = z.object({ resource: z.string().nullable(), same_body: z.boolean() });

const attemptLimit = 5;

/** Null when the record went between the two statements: its request failed and released it. */
const claimOnce = async (pool: pg.Pool, { scope, key }: IdempotencyKey, bodyDigest: string): Promise<IdempotencyClaim | null> => {
  const values = [scope, key, bodyDigest];
  const [claimed] = await rowsOf(pool, claim, values, claimedRow);
  if (claimed !== undefined) return { kind: 'Claimed' };
  const [kept] = await rowsOf(pool, find, values, keptRow);
  if (kept === undefined) return null;
  if (!kept.same_body) return { kind: 'Reused' };
  return kept.resource === null ? { kind: 'Running' } : { kind: 'Completed', resource: kept.resource };
};

const claimSurely = async (pool: pg.Pool, key: IdempotencyKey, bodyDigest: string): Promise<IdempotencyClaim | null> => {
  for (let attempt = 1; attempt <= attemptLimit; attempt += 1) {
    const outcome = await claimOnce(pool, key, bodyDigest);
    if (outcome !== null) return outcome;
  }
  return null;
};

/** Leases and expiry go by the database's clock. */
export const createIdempotencyRecords = (pool: pg.Pool): IdempotencyRecords => ({
  claim: (key, bodyDigest) =>
    ResultAsync.fromPromise(claimSurely(pool, key, bodyDigest), databaseUnavailable).andThen((outcome) =>
      outcome === null ? err(unavailable('database', 'an idempotency record comes and goes')) : ok(outcome),
    ),
  complete: ({ scope, key }, resource) => ask(pool, complete, [scope, key, resource], nothing).map(() => undefined),
  release: ({ scope, key }) => ask(pool, release, [scope, key], nothing).map(() => undefined),
});
