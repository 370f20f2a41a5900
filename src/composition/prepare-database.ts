import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Logger } from 'pino';
import { beginning, checkpointAt, placeOf } from '../adapters/event-store/postgres/checkpoints.ts';
import { checkCluster } from '../adapters/event-store/postgres/cluster.ts';
import { readEnd } from '../adapters/event-store/postgres/feed-page.ts';
import { migrate, pendingMigrations, type MigrationProblem } from '../adapters/postgres/migrate.ts';
import { liveCheckpoints } from '../adapters/postgres/projector/projection-state.ts';
import type { Ground } from './parts.ts';
import { prepareKeys } from './prepare-keys.ts';
import type { Whole } from './whole.ts';

/** A start that finds nothing to migrate waits for no other, and needs no right to change the schema. */
const migrateIfPending = async (pool: pg.Pool): Promise<Result<unknown, MigrationProblem>> => {
  const pending = await pendingMigrations(pool);
  return pending.isOk() && pending.value.length > 0 ? migrate(pool) : pending;
};

/**
 * Whether every projection came from this history as it stands: events restored by themselves may end before it.
 * @param store as checkpoints name it. What cannot be read is not followed, and is asked for once more by what says why.
 */
const followedByAll = async (pool: pg.Pool, store: string): Promise<boolean> => {
  const [checkpoints, end] = await Promise.all([liveCheckpoints(pool).catch(() => null), readEnd(pool)]);
  if (checkpoints === null || end.isErr()) return false;
  const last = checkpointAt(store, end.value ?? beginning);
  return [...checkpoints.values()].every((at) => at === null || (placeOf(store, at) !== null && at <= last));
};

/**
 * The event store holds the history that the projections came from. In PostgreSQL its name and its end tell; the parts
 * that ask any other store, or mend what does not fit, are loaded where they are needed.
 */
const checkHistory = async (ground: Ground, whole: Whole, log: Logger): Promise<Result<void, string>> => {
  const pool = ground.get('pool');
  const inPostgres = ground.get('settings').eventStore === null;
  const checked = await (inPostgres ? checkCluster(pool) : (await whole.load()).get('eventStore').checkCluster());
  if (checked.isErr()) return err(checked.error.kind === 'Unavailable' ? `The event store does not answer: ${checked.error.reason}.` : checked.error.sentence);
  if (typeof checked.value === 'string' && (await followedByAll(pool, checked.value))) return ok();
  const { prepareProjections } = await import('./prepare-projections.ts');
  return prepareProjections(await whole.load(), log);
};

/** What must hold of the database before anything is served. @returns on error a sentence that says what to do */
export const prepareDatabase = async (ground: Ground, whole: Whole, log: Logger): Promise<Result<void, string>> => {
  const migrated = await migrateIfPending(ground.get('pool'));
  if (migrated.isErr()) return err(`${migrated.error.sentence} Run \`npm run cli -- doctor\` to see what is amiss.`);
  const history = await checkHistory(ground, whole, log);
  return history.isErr() ? history : prepareKeys(ground);
};
