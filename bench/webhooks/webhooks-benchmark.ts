import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare } from '../harness/comparison.ts';
import { exactly, figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';
import { countOnTheWire } from '../harness/wire-counter.ts';
import { benchClient } from '../histories/connection-history.ts';
import { startOurService } from '../service/our-service.ts';
import { startProgram, type RunningProgram } from '../service/running-program.ts';

/** A few at a time, and as many as come when videos of many people are done at once. */
const callers = [16, 64] as const;
const profiled = 16;
const countedMillis = 2_000;
const bareProgram = join(import.meta.dirname, 'bare-program.ts');
const loadProgram = join(import.meta.dirname, 'webhook-load-program.ts');
const clientSecret = 'a-secret-of-nobody';

const outcome = z.object({ requests: z.number(), perSecond: z.number(), p50: z.number(), p99: z.number() });
const rows = z.array(z.object({ count: z.number() }));

const deliverTo = async ({ url }: RunningProgram, connections: number, millis: number): Promise<z.output<typeof outcome>> => {
  const load = { url, clientKey: benchClient, clientSecret, connections, millis };
  return outcome.parse(JSON.parse(await runProgram(loadProgram, [JSON.stringify(load)])));
};

const storedIn = async (pool: pg.Pool): Promise<number> =>
  rows.parse((await pool.query('select count(*)::integer as count from tiktok_connections.webhook_intake')).rows)[0]?.count ?? 0;

const speed = async (databaseUrl: string, pool: pg.Pool, quick: boolean): Promise<readonly Finding[]> => {
  await using ours = await startOurService(databaseUrl);
  await using bare = await startProgram({ args: [bareProgram], environment: { DATABASE_URL: databaseUrl, NODE_ENV: 'production' }, workingDirectory: tmpdir() });
  const millis = quick ? 500 : 2_000;
  let delivered = 0;
  const deliver = async (program: RunningProgram, connections: number): Promise<z.output<typeof outcome>> => {
    const delivery = await deliverTo(program, connections, millis);
    if (program === ours) delivered += delivery.requests;
    return delivery;
  };
  const compared: Finding[] = [];
  for (const connections of callers) {
    const contestant = (name: string, program: RunningProgram) => ({ name, round: async () => (await deliver(program, connections)).perSecond });
    const comparison = await compare({
      unit: 'webhooks/s',
      rounds: quick ? 5 : 12,
      warmUpRounds: quick ? 1 : 5,
      ours: contestant('service', ours),
      baselines: [contestant('bare fastify and pg', bare)],
    });
    compared.push(...comparison.ratios.map((ratio) => ratioFinding(`${connections} callers`, comparison, ratio, { atLeast: 0.8 })));
  }
  const cpu = async (name: string, program: RunningProgram): Promise<Finding> => {
    const before = await program.cpuMillis();
    const { requests, p50, p99 } = await deliver(program, profiled);
    return figure(`${name}: processor time per webhook`, 'µs', (((await program.cpuMillis()) - before) / requests) * 1_000, null, { requests, p50, p99 });
  };
  return [
    ...compared,
    await cpu('service', ours),
    await cpu('bare fastify and pg', bare),
    ...exactly('webhooks stored, of those answered', 'share', (await storedIn(pool)) / delivered, 1),
  ];
};

const work = async (databaseUrl: string): Promise<readonly Finding[]> => {
  await using wire = await countOnTheWire(databaseUrl);
  await using ours = await startOurService(wire.url);
  await deliverTo(ours, 1, countedMillis);
  wire.reset();
  await pauseFor(countedMillis);
  const idle = wire.counts();
  wire.reset();
  const { requests } = await deliverTo(ours, 1, countedMillis);
  const busy = wire.counts();
  const inserts = busy.byName['webhook_intake.store'] ?? 0;
  return [
    ...exactly('the insert, per webhook', 'statements', inserts / requests, 1),
    figure('other statements than when idle, per webhook', 'statements', (busy.statements - inserts - idle.statements) / requests, { atMost: 0.01 }, { requests, busy, idle }),
  ];
};

export const webhooksBenchmark: Benchmark = {
  name: 'webhooks',
  title: 'POST /webhooks/tiktok: checked, sealed and durable before 200',
  run: async ({ serverUrl, quick }: Bench) => {
    await using database = await createBenchDatabase(serverUrl);
    return [...(await speed(database.url, database.pool, quick)), ...(await work(database.url))];
  },
};
