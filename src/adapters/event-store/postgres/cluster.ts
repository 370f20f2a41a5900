import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import { unavailable, type Unavailable } from '../../../application/failures.ts';
import { storeName } from './checkpoints.ts';
import { storeUnavailable } from './failures.ts';

/** The database was restored into another cluster, where the stored transaction ids mean nothing. */
export type RestoredIntoAnotherCluster = Readonly<{ kind: 'RestoredIntoAnotherCluster'; recorded: string; found: string; sentence: string }>;

const clusters = z.array(z.object({ recorded: z.string(), found: z.string(), adoptions: z.number() }));

const selectCluster = `
  select c.system_identifier as recorded, s.system_identifier::text as found, c.adoptions
  from tiktok_connections.event_cluster c cross join pg_control_system() s`;

const restored = (recorded: string, found: string): RestoredIntoAnotherCluster => ({
  kind: 'RestoredIntoAnotherCluster',
  recorded,
  found,
  sentence:
    `This database was written in the PostgreSQL cluster ${recorded} and now stands in ${found}, where its order of events does not hold. ` +
    'Stop every replica, run `migrate --adopt-cluster` once, then start; projections are rebuilt by themselves.',
});

/** The store's name in checkpoints, if the database stands in the cluster it was written in. */
export const checkCluster = async (pool: pg.Pool): Promise<Result<string, RestoredIntoAnotherCluster | Unavailable>> => {
  try {
    const [cluster] = clusters.parse((await pool.query(selectCluster)).rows);
    if (cluster === undefined) return err(unavailable('event_store', 'the record of the cluster is missing'));
    const { recorded, found, adoptions } = cluster;
    return recorded === found ? ok(storeName(found, adoptions)) : err(restored(recorded, found));
  } catch (error) {
    return err(storeUnavailable(error));
  }
};

const adoption = `
  alter table tiktok_connections.events disable trigger events_are_append_only;
  update tiktok_connections.events set xid = '3';
  alter table tiktok_connections.events enable trigger events_are_append_only;
  update tiktok_connections.event_cluster set system_identifier = s.system_identifier::text, database = current_database(),
    adoptions = adoptions + 1, recorded_at = clock_timestamp() from pg_control_system() s;
  update tiktok_connections.projections set checkpoint = null, fingerprint = 'adopted from another cluster'`;

/**
 * Makes the cluster the database stands in its own, with no replica running: all events get one transaction id of the
 * past, so that their positions order them, which keeps each stream's order. Checkpoints made before are of another
 * store afterwards, so the projections are left to be built anew. Does nothing in the right cluster.
 */
export const adoptCluster = async (pool: pg.Pool): Promise<Result<'adopted' | 'already ours', Unavailable>> => {
  const checked = await checkCluster(pool);
  if (checked.isOk()) return ok('already ours');
  if (checked.error.kind === 'Unavailable') return err(checked.error);
  try {
    const client = await pool.connect();
    try {
      await client.query('set statement_timeout = 0');
      const patient = { text: `begin; ${adoption}; commit`, query_timeout: 3_600_000 };
      await client.query(patient);
      return ok('adopted');
    } finally {
      client.release(true);
    }
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
