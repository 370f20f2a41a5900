import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { byId } from '../../src/adapters/postgres/connections/page-statements.ts';
import { compare } from '../harness/comparison.ts';
import { exactly, figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { countOnTheWire } from '../harness/wire-counter.ts';
import { startBareService } from '../service/bare-service.ts';
import { putLoadOn } from '../service/http-load.ts';
import { makeApiKey, startOurService } from '../service/our-service.ts';
import { projectedPaths } from '../service/projected-paths.ts';
import type { RunningProgram } from '../service/running-program.ts';

const events = 10_000;
const callers = 16;

const pathsOf = (pool: pg.Pool): Promise<readonly string[]> => projectedPaths(pool, events / 10);

const speed = async (databaseUrl: string, pool: pg.Pool, authorization: string, quick: boolean): Promise<readonly Finding[]> => {
  await using ours = await startOurService(databaseUrl);
  await using bare = await startBareService(databaseUrl);
  const paths = await pathsOf(pool);
  const millis = quick ? 500 : 2_000;
  const round = (name: string, { url }: RunningProgram) => ({
    name,
    round: async () => (await putLoadOn({ url, paths, authorization, connections: callers, millis })).perSecond,
  });
  const comparison = await compare({
    unit: 'requests/s',
    rounds: quick ? 5 : 15,
    ours: round('service', ours),
    baselines: [round('bare fastify and pg', bare)],
  });
  const cpu = async (name: string, program: RunningProgram): Promise<Finding> => {
    const before = await program.cpuMillis();
    const { requests, p50, p99 } = await putLoadOn({ url: program.url, paths, authorization, connections: callers, millis });
    const used = await program.cpuMillis();
    return figure(`${name}: processor time per request`, 'µs', ((used - before) / requests) * 1_000, null, { requests, p50, p99 });
  };
  return [
    ...comparison.ratios.map((ratio) => ratioFinding(`${callers} callers`, comparison, ratio, { atLeast: 0.7 })),
    await cpu('service', ours),
    await cpu('bare fastify and pg', bare),
  ];
};

const countedMillis = 2_000;

const work = async (databaseUrl: string, pool: pg.Pool, authorization: string): Promise<readonly Finding[]> => {
  await using wire = await countOnTheWire(databaseUrl);
  await using ours = await startOurService(wire.url);
  const paths = await pathsOf(pool);
  await putLoadOn({ url: ours.url, paths, authorization, connections: 1, millis: countedMillis });
  wire.reset();
  await pauseFor(countedMillis);
  const idle = wire.counts();
  wire.reset();
  const { requests } = await putLoadOn({ url: ours.url, paths, authorization, connections: 1, millis: countedMillis });
  const busy = wire.counts();
  return [
    ...exactly('the select, per request', 'statements', (busy.byName[byId.name] ?? 0) / requests, 1),
    figure('other statements than when idle, per request', 'statements', (busy.statements - (busy.byName[byId.name] ?? 0) - idle.statements) / requests, { atMost: 0.01 }, {
      requests,
      busy,
      idle,
    }),
  ];
};

export const readBenchmark: Benchmark = {
  name: 'read',
  title: 'GET /v1/connections/{id} with an API key, logged',
  run: async ({ histories, quick }: Bench) => {
    await using database = await histories.open(events);
    const authorization = `Bearer ${await makeApiKey(database.url)}`;
    return [
      ...(await speed(database.url, database.pool, authorization, quick)),
      ...(await work(database.url, database.pool, authorization)),
    ];
  },
};
