import type pg from 'pg';
import { createProgressBoard } from '../../src/adapters/postgres/projector/progress-board.ts';
import { createProjectorRuntime } from '../../src/adapters/postgres/projector/projector-runtime.ts';
import type { ProjectorHealth } from '../../src/adapters/postgres/projector/projector-health.ts';
import type { Projector } from '../../src/adapters/postgres/projector/projector.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';

/** One replica's driver of one projector. */
export const createReplica = (pool: pg.Pool, eventStore: EventStore, projector: Projector) => {
  const board = createProgressBoard();
  const runtime = createProjectorRuntime({ pool, eventStore, projectors: [projector], board });
  return {
    board,
    start: () => runtime.start(),
    stop: () => runtime.stop(),
    health: (): ProjectorHealth => {
      const [health] = runtime.health();
      if (health === undefined) throw new Error('no health');
      return health;
    },
  };
};

export type Replica = ReturnType<typeof createReplica>;

/** Ends the backends that hold the locks of drivers and rebuilds in this database, and nobody else's. */
export const endDriversBackends = async (pool: pg.Pool): Promise<number> => {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) | objid::bigint in (
          select hashtextextended('tiktok_connections.' || what || projection, 0)
          from tiktok_connections.projections, unnest(array['projector:', 'rebuild:']) as what)`,
  );
  return rowCount ?? 0;
};
