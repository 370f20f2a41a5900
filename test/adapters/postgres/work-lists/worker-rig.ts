import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createWorkRuntime, type WorkParts, type WorkRuntime } from '../../../../src/adapters/postgres/work-lists/work-runtime.ts';
import type { WorkHandler, WorkOutcome } from '../../../../src/application/work-lists/work-handler.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';

type Run = Readonly<{ done_revision: number; attempts: number; leased: boolean }>;

export type WorkerRig = Readonly<{
  pool: () => pg.Pool;
  anotherPool: () => pg.Pool;
  /** An item for the list, due a second ago unless told otherwise. */
  put: (subject: string, dueInMillis?: number) => Promise<unknown>;
  /** How far an item has come. */
  run: (subject: string) => Promise<Run | undefined>;
  /** Starts a worker, which is stopped when the test has ended. */
  start: (handler: WorkHandler, parts?: Partial<WorkParts>) => WorkRuntime;
}>;

export const done: WorkOutcome = { kind: 'Done' };

export const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: () => resolve(), opened: promise };
};

/** A work list of its own for the tests of a file, empty before each of them. */
export const workerRig = (): WorkerRig => {
  let database: MigratedDatabase;
  const runtimes: WorkRuntime[] = [];
  beforeAll(async () => {
    database = await createMigratedDatabase();
  });
  beforeEach(() => database.pool.query('truncate tiktok_connections.work_items, tiktok_connections.work_runs'));
  afterEach(async () => {
    await Promise.all(runtimes.splice(0).map((runtime) => runtime.stop()));
  });
  afterAll(() => database.drop());
  return {
    pool: () => database.pool,
    anotherPool: () => database.anotherPool(),
    put: (subject, dueInMillis = -1_000) =>
      database.pool.query(
        `insert into tiktok_connections.work_items values ('destroy_keys', $1, $2, 1, 2, now() + $3 * interval '1 ms', now() + $3 * interval '1 ms')`,
        [subject, randomUUID(), dueInMillis],
      ),
    run: async (subject) =>
      (
        await database.pool.query<Run>(
          'select done_revision, attempts, leased_until is not null as leased from tiktok_connections.work_runs where subject = $1',
          [subject],
        )
      ).rows[0],
    start: (handler, parts = {}) => {
      const runtime = createWorkRuntime({ pool: database.pool, handlers: { destroy_keys: handler }, ...parts });
      runtimes.push(runtime);
      runtime.start();
      return runtime;
    },
  };
};
