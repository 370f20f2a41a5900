import { err, ok, type Result } from 'neverthrow';
import { enter } from './connection.ts';
import type { LaunchRecord } from './launch-record.ts';
import { findOccupant, removeStalePidFile } from './occupant.ts';
import { adoptPostmaster, foundPostmaster } from './postmaster.ts';
import { isServerOf } from './proof-of-identity.ts';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';
import { startedWith, type Serving, type Start } from './start.ts';

/** A fast shutdown that a watchdog began may still be going on. */
const shutdownPatienceMilliseconds = 60_000;

/**
 * Deals with a server that already runs on the directory: goes on with ours, waits for ours to end or ends it, and
 * leaves any other alone.
 * @returns undefined when there is none (any more)
 */
export const takeOver = async (
  start: Start,
  last: LaunchRecord | undefined,
): Promise<Result<Serving | undefined, EmbeddedPostgresProblem>> => {
  const { dataDir } = start.paths;
  const occupant = await findOccupant(dataDir, last);
  if (occupant.kind === 'foreign-server') return err(foreignServer(dataDir, occupant.pid));
  if (occupant.kind === 'nobody' || last === undefined) {
    await removeStalePidFile(dataDir);
    return ok(undefined);
  }
  const found = foundPostmaster(occupant.pid);
  if (last.startedWith !== startedWith(start) || last.port !== (start.port ?? last.port)) {
    start.log(`Stopping the PostgreSQL that an earlier process left behind (process ${occupant.pid}), for it was started otherwise.`);
    await found.stop();
    return ok(undefined);
  }
  const door = { port: last.port, password: start.password, database: start.database };
  const until = performance.now() + shutdownPatienceMilliseconds;
  const answer = await enter(door, async () => (await found.isGone()) || performance.now() > until);
  if ('session' in answer) {
    const ours = await isServerOf(answer.session, dataDir, last.token).finally(() => answer.session.end());
    if (ours) return ok({ postmaster: adoptPostmaster(found, start.lock), door, adopted: true });
  }
  if (await found.isGone()) return ok(undefined);
  return err(foreignServer(dataDir, occupant.pid));
};

const foreignServer = (dataDir: string, pid: number): EmbeddedPostgresProblem =>
  problem(
    'NotOurs',
    `A PostgreSQL server that this service did not start (process ${pid}) uses the data directory ${dataDir}; it is left alone.`,
    `Stop it (kill -INT ${pid}), choose another data directory`,
  );
