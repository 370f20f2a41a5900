import type pg from 'pg';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createTestDatabase } from './test-postgres.ts';

export interface MigratedDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Another replica's pool; ended with `drop`. */
  anotherPool(): pg.Pool;
  drop(): Promise<void>;
}

/** A database of its own with the schema of this version. */
export const createMigratedDatabase = async (): Promise<MigratedDatabase> => {
  const database = await createTestDatabase();
  const pools = [createPool({ url: database.url })];
  const [pool] = pools;
  if (pool === undefined) throw new Error('no pool');
  const migrated = await migrate(pool);
  if (migrated.isErr()) throw new Error(migrated.error.sentence);
  return {
    url: database.url,
    pool,
    anotherPool: () => {
      const another = createPool({ url: database.url });
      pools.push(another);
      return another;
    },
    drop: async () => {
      await Promise.all(pools.map((each) => each.end()));
      await database.drop();
    },
  };
};

/** A pool towards a port where nothing listens. */
export const absentPool = (): pg.Pool => createPool({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
