import type pg from 'pg';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createConnectionsProjector } from '../../src/adapters/postgres/connections/connections-projector.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import { rebuild } from '../../src/adapters/postgres/projector/rebuild.ts';
import { benchKeyring } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';

export interface Rebuilder extends AsyncDisposable {
  readonly name: string;
  /** Makes the tables anew from the whole history. */
  run(): Promise<void>;
}

const projectorOf = (pool: pg.Pool) =>
  createConnectionsProjector({ sealer: createSealer({ keyring: benchKeyring(), records: createDataKeyRecords(pool) }), clientKey: benchClient });

/** What `npm run cli -- rebuild connections` does. */
export const ourRebuild = (url: string): Rebuilder => {
  const pool = createPool({ url });
  const eventStore = createPostgresEventStore({ pool, url });
  const projector = projectorOf(pool);
  return {
    name: 'rebuild',
    run: async () => {
      const rebuilt = await rebuild({ pool, eventStore, projector, signal: new AbortController().signal, fresh: true });
      if (rebuilt.isErr()) throw new Error(`the rebuild failed: ${rebuilt.error.kind}`);
    },
    [Symbol.asyncDispose]: async () => {
      await eventStore.close();
      await pool.end();
    },
  };
};
