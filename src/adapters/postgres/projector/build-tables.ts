import type pg from 'pg';
import { inTransaction, nothing, rowsOf } from '../database.ts';
import { addedIndexes } from './operators-additions.ts';
import { namesOf, tablesStand } from './projection-tables.ts';
import { readState } from './projection-state.ts';
import type { Projector } from './projector.ts';

const forget = {
  name: 'build_tables.forget',
  text: `with parked as (delete from tiktok_connections.parked_streams where projection = $1 and copy = 'next')
    delete from tiktok_connections.projections where projection = $1 and copy = 'next'`,
};

const begin = {
  name: 'build_tables.begin',
  text: `insert into tiktok_connections.projections (projection, copy, version, fingerprint) values ($1, 'next', $2, $3)`,
};

/** Time a statement over a whole table may take. */
const longMillis = 3_600_000;

/**
 * Empty tables beside the ones readers see, or those of an earlier build by the same version with the same settings,
 * to be filled further from their checkpoint.
 */
export const prepareBuild = (pool: pg.Pool, projector: Projector, fresh: boolean): Promise<void> =>
  inTransaction(pool, async (client) => {
    const { name, version, fingerprint, tables } = projector;
    const state = await readState(client, name, 'next');
    const fits = state?.version === version && state.fingerprint === fingerprint && (await tablesStand(client, projector, 'next'));
    if (fits && !fresh) return;
    await rowsOf(client, forget, [name], nothing);
    for (const table of tables) {
      const names = namesOf(table, 'next');
      await client.query(`drop table if exists ${names.table}`);
      await client.query(table.create(names));
      // Made now and kept up in short batches: an index over a full table is one long transaction, and holds all feeds back.
      for (const index of table.indexes(names)) await client.query(index);
      // Its locks would come in the way of the swap; the swapped table is vacuumed as any other.
      await client.query(`alter table ${names.table} set (autovacuum_enabled = false)`);
    }
    await rowsOf(client, begin, [name, version, fingerprint], nothing);
  });

/** What readers need of the filled tables: the indexes an operator added to the old ones, and statistics. */
export const finishBuild = async (pool: pg.Pool, projector: Projector): Promise<void> => {
  for (const table of projector.tables) {
    const next = namesOf(table, 'next').table;
    const added = await addedIndexes(pool, namesOf(table, 'live').table, next);
    for (const statement of [...added, `analyze ${next}`]) {
      await inTransaction(pool, async (client) => {
        await client.query(`set local statement_timeout = ${longMillis}`);
        const long = { text: statement, query_timeout: longMillis };
        await client.query(long);
      });
    }
  }
};
