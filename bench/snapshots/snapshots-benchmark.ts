import type pg from 'pg';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { connectionStateSchema } from '../../src/adapters/postgres/snapshots/connection-state-schema.ts';
import { createSnapshots } from '../../src/adapters/postgres/snapshots/postgres-snapshots.ts';
import { connectionAggregate } from '../../src/application/execution/aggregate.ts';
import { load } from '../../src/application/execution/load.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { longHistory } from './long-history.ts';

/** A year of refreshes every two hours, begun and ended. */
const longLife = 9_000;
const shortLife = 100;
const thresholds = [25, 50, 100, 200] as const;

const snapshotsOf = (pool: pg.Pool, every?: number) =>
  createSnapshots(pool, { shape: () => `bench-${every ?? 'default'}`, state: connectionStateSchema, ...(every === undefined ? {} : { every }) });

const loadOnce = async (store: EventStore, id: ConnectionId, expected: number): Promise<void> => {
  const loaded = await load(store, connectionAggregate, id);
  if (loaded.isErr() || loaded.value.head.revision !== expected) throw new Error('not the whole history was loaded');
};

/** Milliseconds of a load, over so many of them one after the other. */
const timed = async (loads: number, storeFor: () => EventStore, id: ConnectionId, expected: number): Promise<number> => {
  const begun = performance.now();
  for (let done = 0; done < loads; done += 1) await loadOnce(storeFor(), id, expected);
  return (performance.now() - begun) / loads;
};

const measure = async (eventStore: EventStore, pool: pg.Pool, quick: boolean): Promise<readonly Finding[]> => {
  const events = quick ? 1_000 : longLife;
  const loads = quick ? 20 : 200;
  const brief = longHistory(eventStore);
  await brief.growTo(shortLife);
  const long = longHistory(eventStore);
  const warm = snapshotsOf(pool);
  const withWarm = { ...eventStore, snapshots: { connection: warm } };
  // The longest tail there is: one event more, and the next load keeps a new snapshot.
  await long.growTo(events - warm.every + 1);
  await loadOnce(withWarm, long.id, events - warm.every + 1);
  await long.growTo(events);

  const cold = (every?: number) => () => ({ ...eventStore, snapshots: { connection: snapshotsOf(pool, every) } });
  const plain = { name: `${shortLife} events, folded`, round: () => timed(loads, () => eventStore, brief.id, shortLife) };
  const round = async (name: string, storeFor: () => EventStore) =>
    compare({
      unit: 'ms a load',
      rounds: quick ? 3 : 9,
      ours: { name, round: () => timed(loads, storeFor, long.id, events) },
      baselines: [plain],
    });
  const findings: Finding[] = [];
  const known = await round(`${events} events, the snapshot in memory`, () => withWarm);
  const unknown = await round(`${events} events, the snapshot in the database`, cold());
  for (const comparison of [known, unknown])
    findings.push(...comparison.ratios.map((ratio) => ratioFinding('a load', comparison, ratio, { atMost: 2 })));

  for (const every of thresholds) {
    const other = longHistory(eventStore);
    await other.growTo(events - every + 1);
    await loadOnce(cold(every)(), other.id, events - every + 1);
    await other.growTo(events);
    findings.push(figure(`a load behind the longest tail, a snapshot every ${every} events`, 'ms', await timed(loads, cold(every), other.id, events)));
  }
  findings.push(figure(`a load of ${events} events without snapshots`, 'ms', await timed(quick ? 2 : 10, () => eventStore, long.id, events)));
  return findings;
};

export const snapshotsBenchmark: Benchmark = {
  name: 'snapshots',
  title: 'loading a connection of 9,000 events to decide, against one of 100',
  run: async ({ serverUrl, quick }: Bench) => {
    await using database = await createBenchDatabase(serverUrl);
    const eventStore = createPostgresEventStore({ pool: database.pool, url: database.url });
    try {
      return await measure(eventStore, database.pool, quick);
    } finally {
      await eventStore.close();
    }
  },
};
