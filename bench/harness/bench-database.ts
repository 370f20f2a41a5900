import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';

export interface BenchDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pool: pg.Pool;
  /** Without a time limit on the statement; what it answers is not looked at. */
  prepare(statement: string): Promise<void>;
}

const asAdmin = async (serverUrl: string, statement: string): Promise<void> => {
  const pool = createPool({ url: serverUrl, max: 1 });
  try {
    const patient = { text: statement, query_timeout: 120_000 };
    await pool.query('set statement_timeout = 0');
    await pool.query(patient);
  } finally {
    await pool.end();
  }
};

/**
 * A fresh database, dropped at the end, with the service's schema in it.
 * @param template the name of a database that nobody is connected to, to begin with its contents
 */
export const createBenchDatabase = async (serverUrl: string, template = 'template0'): Promise<BenchDatabase> => {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(serverUrl, `create database ${name} template ${template}`);
  const address = new URL(serverUrl);
  address.pathname = `/${name}`;
  const pool = createPool({ url: address.href });
  const migrated = await migrate(pool);
  if (migrated.isErr()) throw new Error(migrated.error.sentence);
  return {
    name,
    url: address.href,
    pool,
    prepare: async (statement) => {
      const client = await pool.connect();
      try {
        const patient = { text: statement, query_timeout: 3_600_000 };
        await client.query('set statement_timeout = 0');
        await client.query(patient);
      } finally {
        client.release(true);
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (!pool.ended) await pool.end();
      await asAdmin(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
};
