import { hash, timingSafeEqual } from 'node:crypto';
import { okAsync, ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { ApiKey, ApiKeys } from '../../application/ports/api-keys.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { ask, askFirst, inTransaction, rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { createLiveApiKeys, type LiveApiKeys } from './live-api-keys.ts';
import { apiKeyRow, insertKey, keyChanged, liveKey, liveKeyRow, revokeKey, selectKeys, type LiveKey } from './api-key-rows.ts';

const presentedSpelling = /^tck_([0-9a-f]{16})_([\w-]{1,256})$/;

const proves = (secret: string, { secretDigest }: LiveKey): boolean => {
  const expected = Buffer.from(secretDigest, 'hex');
  const presented = hash('sha256', secret, 'buffer');
  return expected.length === presented.length && timingSafeEqual(expected, presented);
};

/**
 * `tck_<id>_<secret>`, of which only the SHA-256 of the secret is kept. Verifying costs no statement while the copy of
 * the live keys is younger than a second and knows the key; else the database is asked.
 */
export const createApiKeys = (pool: pg.Pool, clock: Clock): ApiKeys & LiveApiKeys => {
  const live = createLiveApiKeys(pool, clock);

  return {
    start: () => live.start(),
    stop: () => live.stop(),
    health: () => live.health(),
    add: ({ id, name, scopes, secretDigest }) =>
      ResultAsync.fromPromise(
        inTransaction(pool, async (client) => {
          const [key] = await rowsOf(client, insertKey, [id, name, scopes, secretDigest], apiKeyRow);
          if (key === undefined) throw new Error('an insert returned no row');
          await client.query(keyChanged);
          return key;
        }),
        databaseUnavailable,
      ),
    list: () => ask(pool, selectKeys, [], apiKeyRow),
    revoke: (id) =>
      ResultAsync.fromPromise(
        inTransaction(pool, async (client): Promise<ApiKey | null> => {
          const [key] = await rowsOf(client, revokeKey, [id], apiKeyRow);
          if (key === undefined) return null;
          await client.query(keyChanged);
          return key;
        }),
        databaseUnavailable,
      ).map((key) => {
        live.forget(id);
        return key;
      }),
    verify: (presented) => {
      const [, id, secret] = presentedSpelling.exec(presented.reveal()) ?? [];
      if (id === undefined || secret === undefined) return okAsync(null);
      const provenBy = (key: LiveKey | null): ApiKey | null => (key !== null && proves(secret, key) ? key.key : null);
      const known = live.find(id);
      return known === undefined ? askFirst(pool, liveKey, [id], liveKeyRow).map(provenBy) : okAsync(provenBy(known));
    },
  };
};
