import type pg from 'pg';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createConnectionsProjector } from '../../src/adapters/postgres/connections/connections-projector.ts';
import { createPublicationsProjector } from '../../src/adapters/postgres/publications/publications-projector.ts';
import { createWorkProjector } from '../../src/adapters/postgres/work-lists/work-projector.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import type { Projector } from '../../src/adapters/postgres/projector/projector.ts';
import { rebuild } from '../../src/adapters/postgres/projector/rebuild.ts';
import { benchKeyring } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';

export interface Rebuilder extends AsyncDisposable {
  readonly name: string;
  /** Makes the tables anew from the whole history. */
  run(): Promise<void>;
}

const connectionsProjector = (pool: pg.Pool): Projector =>
  createConnectionsProjector({ sealer: createSealer({ keyring: benchKeyring(), records: createDataKeyRecords(pool) }), clientKey: benchClient });

const rebuilderOf = (name: string, url: string, projectorsOn: (pool: pg.Pool) => readonly Projector[]): Rebuilder => {
  const pool = createPool({ url });
  const eventStore = createPostgresEventStore({ pool, url });
  const projectors = projectorsOn(pool);
  return {
    name,
    run: async () => {
      for (const projector of projectors) {
        const rebuilt = await rebuild({ pool, eventStore, projector, signal: new AbortController().signal, fresh: true });
        if (rebuilt.isErr()) throw new Error(`the rebuild of ${projector.name} failed: ${rebuilt.error.kind}`);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await eventStore.close();
      await pool.end();
    },
  };
};

/** What `npm run cli -- rebuild connections` does. */
export const ourRebuild = (url: string): Rebuilder => rebuilderOf('rebuild', url, (pool) => [connectionsProjector(pool)]);

/** What `npm run cli -- rebuild` does. */
export const ourRebuildOfAll = (url: string): Rebuilder =>
  rebuilderOf('rebuild of all', url, (pool) => [connectionsProjector(pool), createPublicationsProjector(), createWorkProjector('eager')]);
