import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import { migrationsFolder, readMigrations, type Migration } from './migrate-files.ts';
import { changed, databaseUnavailable, failed, outOfOrder, type MigrationProblem } from './migrate-problem.ts';

export type { MigrationProblem } from './migrate-problem.ts';

export type MigrationReport = Readonly<{
  /** Names of the migrations that this run applied, in order. */
  applied: readonly string[];
  /** Names that the database has and this code does not know: newer code runs beside it. Worth a warning, no refusal. */
  newer: readonly string[];
}>;

let ownMigrations: Promise<readonly Migration[]> | undefined;

/** Our own are read once: they are part of the code, and asked for by every look at whether the schema is theirs. */
const knownIn = (folder: URL): Promise<readonly Migration[]> => {
  if (folder !== migrationsFolder) return readMigrations(folder);
  ownMigrations ??= readMigrations(folder).catch((error: unknown) => {
    ownMigrations = undefined;
    throw error;
  });
  return ownMigrations;
};

type Applied = Readonly<{ number: number; name: string; hash: string }>;

const appliedRows = z.array(z.object({ number: z.number(), name: z.string(), hash: z.string() }));
const existence = z.tuple([z.object({ exists: z.boolean() })]);

const longMillis = 600_000;
/** A migration waits this long for a table in use, then fails rather than hold up everybody behind it. */
const lockMillis = 15_000;

const record = `
  create schema if not exists tiktok_connections;
  create table if not exists tiktok_connections.migrations (
    number integer primary key,
    name text not null,
    hash text not null,
    applied_at timestamptz not null default clock_timestamp()
  )`;

const run = (client: pg.PoolClient, text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> => {
  const patient = { text, values: [...values], query_timeout: longMillis };
  return client.query(patient);
};

const selectApplied = 'select number, name, hash from tiktok_connections.migrations order by number';
const selectRecord = `select to_regclass('tiktok_connections.migrations') is not null as exists`;

type Plan = Readonly<{ pending: readonly Migration[]; newer: readonly string[] }>;

const planOf = (known: readonly Migration[], applied: readonly Applied[]): Result<Plan, MigrationProblem> => {
  const byNumber = new Map(applied.map((migration) => [migration.number, migration]));
  const altered = known.find(({ number, hash }) => byNumber.has(number) && byNumber.get(number)?.hash !== hash);
  if (altered !== undefined) return err(changed(altered.name));
  const lastApplied = known.findLast(({ number }) => byNumber.has(number));
  const pending = known.filter(({ number }) => !byNumber.has(number));
  const skipped = pending.find(({ number }) => lastApplied !== undefined && number < lastApplied.number);
  if (skipped !== undefined && lastApplied !== undefined) return err(outOfOrder(skipped.name, lastApplied.name));
  const numbers = new Set(known.map(({ number }) => number));
  return ok({ pending, newer: applied.filter(({ number }) => !numbers.has(number)).map(({ name }) => name) });
};

const apply = async (client: pg.PoolClient, { number, name, hash, sql }: Migration): Promise<Result<void, MigrationProblem>> => {
  try {
    await run(client, 'begin');
    await run(client, sql);
    await run(client, 'insert into tiktok_connections.migrations (number, name, hash) values ($1, $2, $3)', [number, name, hash]);
    await run(client, 'commit');
    return ok(undefined);
  } catch (error) {
    return err(failed(name, error));
  }
};

const migrateOver = async (client: pg.PoolClient, known: readonly Migration[]): Promise<Result<MigrationReport, MigrationProblem>> => {
  await run(client, `set statement_timeout = ${longMillis}`);
  await run(client, `select pg_advisory_lock(hashtextextended('tiktok_connections.migrations', 0))`);
  await run(client, `set lock_timeout = ${lockMillis}`);
  await run(client, record);
  const plan = planOf(known, appliedRows.parse((await run(client, selectApplied)).rows));
  if (plan.isErr()) return err(plan.error);
  for (const migration of plan.value.pending) {
    const outcome = await apply(client, migration);
    if (outcome.isErr()) return err(outcome.error);
  }
  return ok({ applied: plan.value.pending.map(({ name }) => name), newer: plan.value.newer });
};

/**
 * Brings the schema up to what this code knows: each pending migration in a transaction of its own, one migrating
 * process at a time. Refuses a database in which an applied migration is not the one in `folder`.
 */
export const migrate = async (pool: pg.Pool, folder = migrationsFolder): Promise<Result<MigrationReport, MigrationProblem>> => {
  const known = await knownIn(folder);
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return err(databaseUnavailable(error));
  }
  try {
    return await migrateOver(client, known);
  } catch (error) {
    return err(databaseUnavailable(error));
  } finally {
    // Ends the session, and with it the advisory lock and the long timeouts.
    client.release(true);
  }
};

/** Names of the migrations that this code knows and the database lacks, in order. */
export const pendingMigrations = async (pool: pg.Pool, folder = migrationsFolder): Promise<Result<readonly string[], MigrationProblem>> => {
  const known = await knownIn(folder);
  try {
    const [{ exists }] = existence.parse((await pool.query(selectRecord)).rows);
    const applied = exists ? appliedRows.parse((await pool.query(selectApplied)).rows) : [];
    return planOf(known, applied).map(({ pending }) => pending.map(({ name }) => name));
  } catch (error) {
    return err(databaseUnavailable(error));
  }
};
