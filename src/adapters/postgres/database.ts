import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../application/failures.ts';
import { databaseUnavailable } from './failure.ts';

/** A statement that each connection plans once, under its name. */
export type Statement = Readonly<{ name: string; text: string }>;

/** What statements are sent through: a pool, or the client of a transaction. */
export type Connection = Pick<pg.ClientBase, 'query'>;

/** Sends a statement and parses its rows. Rejects with whatever the driver or the parser throws. */
export const rowsOf = async <Row>(
  connection: Connection,
  statement: Statement,
  values: readonly unknown[],
  row: z.ZodType<Row>,
): Promise<readonly Row[]> => {
  const { rows }: { rows: readonly unknown[] } = await connection.query({ ...statement, values: [...values] });
  return rows.map((found) => row.parse(found));
};

/**
 * A condition that always holds: the transaction of the statement it stands in does not wait for the disk when it commits.
 * For what a crash of the database may forget, the last half second of it at most, since it is found anew or does no harm.
 * Whatever commits and waits later takes it along.
 */
export const withoutWaiting = `(select set_config('synchronous_commit', 'off', true)) is not null`;

export const nothing = z.object({});

/** One statement outside any transaction of ours. */
export const ask = <Row>(
  connection: Connection,
  statement: Statement,
  values: readonly unknown[],
  row: z.ZodType<Row>,
): ResultAsync<readonly Row[], Unavailable> => ResultAsync.fromPromise(rowsOf(connection, statement, values, row), databaseUnavailable);

/** The first row of one statement outside any transaction of ours; null when there is none. */
export const askFirst = <Row>(
  connection: Connection,
  statement: Statement,
  values: readonly unknown[],
  row: z.ZodType<Row>,
): ResultAsync<Row | null, Unavailable> =>
  ResultAsync.fromPromise(
    rowsOf(connection, statement, values, row).then(([first]) => first ?? null),
    databaseUnavailable,
  );

/**
 * Runs `work` between BEGIN and COMMIT on a connection of its own. Rejects, with everything rolled back, when `work`
 * or the commit does; the connection is then closed, since nobody knows what state it is in.
 * @param settings further statements without values, sent together with BEGIN
 */
export const inTransaction = async <Value>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<Value>, settings = ''): Promise<Value> => {
  const client = await pool.connect();
  try {
    await client.query(`begin; ${settings}`);
    const value = await work(client);
    await client.query('commit');
    client.release();
    return value;
  } catch (error) {
    client.release(true);
    throw error;
  }
};
