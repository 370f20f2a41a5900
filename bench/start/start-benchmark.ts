import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { z } from 'zod';
import { createBenchDatabase, type BenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { fillConnections } from '../pages/fill-connections.ts';
import { startBareService } from '../service/bare-service.ts';
import { makeApiKey, startOurService, startWithEverythingEmbedded } from '../service/our-service.ts';
import { freePort, type Probe, type RunningProgram } from '../service/running-program.ts';

const temporaryFolder = async (): Promise<AsyncDisposable & Readonly<{ path: string }>> => {
  const path = await mkdtemp(join(tmpdir(), 'tiktok-connections-start-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
};

const starting = (name: string, start: () => Promise<RunningProgram>): Contestant => ({
  name,
  round: async () => {
    await using program = await start();
    return program.readyMillis;
  },
});

type Environment = Readonly<Record<string, string>>;

const timeToReady = async (databaseUrl: string, warm: Environment, { quick }: Bench): Promise<readonly Finding[]> => {
  const comparison = await compare({
    unit: 'ms',
    rounds: quick ? 5 : 15,
    ours: starting('service', () => startOurService(databaseUrl, warm)),
    baselines: [
      starting('bare fastify and pg', () => startBareService(databaseUrl, warm)),
      starting('bare, without a compile cache', () => startBareService(databaseUrl, { NODE_DISABLE_COMPILE_CACHE: '1' })),
    ],
  });
  return comparison.ratios.map((ratio, index) => ratioFinding('start to ready', comparison, ratio, index === 0 ? { atMost: 2.5 } : null));
};

const someRow = z.tuple([z.object({ id: z.string() })]);

/** Being ready is less than having everything loaded: this is what a request meets that comes at once. */
const timeToFirstRead = async (database: BenchDatabase, warm: Environment, { quick }: Bench): Promise<readonly Finding[]> => {
  await fillConnections(database, 1);
  const [{ id }] = someRow.parse((await database.pool.query('select connection_id as id from tiktok_connections.connections')).rows);
  const authorization = `Bearer ${await makeApiKey(database.url)}`;
  const probe: Probe = { path: `/v1/connections/${id}`, headers: { authorization }, status: 200 };
  const comparison = await compare({
    unit: 'ms',
    rounds: quick ? 5 : 15,
    ours: starting('service', () => startOurService(database.url, warm, probe)),
    baselines: [starting('bare fastify and pg', () => startBareService(database.url, warm, probe))],
  });
  return comparison.ratios.map((ratio) => ratioFinding('start to the first read', comparison, ratio, null));
};

const idleMemory = async (databaseUrl: string, warm: Environment, { quick }: Bench): Promise<readonly Finding[]> => {
  await using ours = await startOurService(databaseUrl, warm);
  await using bare = await startBareService(databaseUrl, warm);
  await pauseFor(quick ? 3_000 : 15_000);
  return [
    figure('idle memory', 'MB', await ours.megabytes(), { atMost: 150 }),
    figure('bare fastify and pg: idle memory', 'MB', await bare.megabytes()),
  ];
};

const embedded = async ({ quick }: Bench): Promise<readonly Finding[]> => {
  await using folder = await temporaryFolder();
  const environment = { SIMULATOR_PORT: String(await freePort()) };
  const startOnce = async (): Promise<number> => {
    await using program = await startWithEverythingEmbedded(folder.path, environment);
    return program.readyMillis;
  };
  const first = await startOnce();
  const later: number[] = [];
  for (let start = 0; start < (quick ? 2 : 7); start += 1) later.push(await startOnce());
  return [
    figure('embedded, the first start', 'ms', first),
    figure('embedded, later starts, the slowest', 'ms', Math.max(...later), { atMost: 4_000 }, { starts: later.map(Math.round) }),
  ];
};

export const startBenchmark: Benchmark = {
  name: 'start',
  title: 'from starting the process to ready, and what it holds when idle',
  run: async (bench) => {
    await using database = await createBenchDatabase(bench.serverUrl);
    await using cache = await temporaryFolder();
    // The rounds before any that count fill it.
    const warm = { NODE_COMPILE_CACHE: cache.path };
    return [
      ...(await timeToReady(database.url, warm, bench)),
      ...(await timeToFirstRead(database, warm, bench)),
      ...(await idleMemory(database.url, warm, bench)),
      ...(await embedded(bench)),
    ];
  },
};
