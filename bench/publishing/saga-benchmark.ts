import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { startProgram } from '../service/running-program.ts';
import { writeLivingConnections } from '../tokens/living-connections.ts';
import { openDbosSaga } from './dbos-saga.ts';
import { openOurSaga } from './our-saga.ts';
import { openTikTokCalls } from './tiktok-calls.ts';

/** Many publishes under way at once: what each of them waits for, TikTok or a disk, others use. */
const callers = 64;
const fileBytes = 65_536;
const hour = 3_600_000;
const stub = join(import.meta.dirname, 'stub-tiktok-program.ts');

const counts = z.tuple([z.object({ streams: z.number(), events: z.number(), most: z.number() })]);

/** Runs `count` calls, so many at a time. @returns calls per second, the end of all included */
const perSecond = async (count: number, call: (number: number) => Promise<unknown>, atLast: () => Promise<void> = () => Promise.resolve()): Promise<number> => {
  const begun = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const number = next;
      next += 1;
      await call(number);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  await atLast();
  return count / ((performance.now() - begun) / 1_000);
};

const run = async ({ serverUrl, quick }: Bench): Promise<readonly Finding[]> => {
  const perRound = quick ? 40 : 400;
  const rounds = quick ? 2 : 5;
  await using database = await createBenchDatabase(serverUrl);
  await using dbosDatabase = await createBenchDatabase(serverUrl);
  await using tiktok = await startProgram({ args: [stub], environment: {}, workingDirectory: tmpdir() });
  const file = Buffer.alloc(fileBytes, 7);
  // A creator may post 15 times a day: each publish is another account's.
  const connections = await writeLivingConnections(database.pool, perRound * (rounds + 1), 24 * hour);
  await using calls = openTikTokCalls(tiktok.url, file);
  await using ours = openOurSaga(database.url, database.pool, tiktok.url, file);
  await using dbos = await openDbosSaga(dbosDatabase.url, calls);

  let requested = 0;
  const ourRound = async (): Promise<number> => {
    const mine = connections.slice(requested, requested + perRound);
    requested += perRound;
    return perSecond(
      perRound,
      async (number) => {
        const id = mine[number];
        if (id !== undefined) await ours.request(id);
      },
      () => ours.published(requested),
    );
  };
  const plain = async (number: number): Promise<void> => {
    const token = `bench-access-${number}`;
    await calls.creatorInfo(token);
    const { publishId, uploadUrl } = await calls.start(token, 'Bench');
    await calls.put(uploadUrl);
    if ((await calls.status(token, publishId)) !== 'PUBLISH_COMPLETE') throw new Error('a plain publish did not end');
  };
  const durable = async (number: number): Promise<void> => {
    if ((await dbos.publish(number)) !== 'PUBLISH_COMPLETE') throw new Error('a workflow did not end');
  };
  const comparison = await compare({
    unit: 'publishes/s',
    rounds,
    ours: { name: 'service', round: ourRound },
    baselines: [
      { name: 'plain script', round: () => perSecond(perRound, plain) },
      { name: 'DBOS workflow', round: () => perSecond(perRound, durable) },
    ],
  });
  const [{ streams, events, most }] = counts.parse(
    (
      await database.pool.query(`select count(*)::integer as streams, sum(n)::integer as events, max(n)::integer as most from
        (select count(*) as n from tiktok_connections.events where stream like 'tiktok_publication-%' group by stream) as s`)
    ).rows,
  );
  const [plainRatio, dbosRatio] = comparison.ratios;
  return [
    ...(plainRatio === undefined ? [] : [ratioFinding(`${callers} callers`, comparison, plainRatio, { atLeast: 0.5 })]),
    ...(dbosRatio === undefined ? [] : [ratioFinding(`${callers} callers`, comparison, dbosRatio, { atLeast: 2 })]),
    figure('events of a one-chunk publish, with the one of its connection, the most', 'events', most + 1, { atMost: 12 }, { streams, events }),
  ];
};

export const sagaBenchmark: Benchmark = { name: 'saga', title: 'publishes of a small file against a TikTok that answers at once', run };
