import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { mostChunkBytes } from '../../src/domain/publication/chunk-plan.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import { beginningOfVideo } from '../../test/support/large-video.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';
import { benchKeySetting } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';
import { startProgram, type RunningProgram } from '../service/running-program.ts';
import { startServing } from '../service/service-program.ts';
import { writeLivingConnections } from '../tokens/living-connections.ts';

const mebi = 2 ** 20;
const hour = 3_600_000;
const here = import.meta.dirname;
const backend = { authorization: 'Bearer dev' };

const sent = z.object({ millis: z.number(), body: z.string() });
const stored = z.object({ id: z.string() });
const told = z.object({ puts: z.number(), whole: z.number(), lastMillis: z.number().nullable() });

type World = Readonly<{ databaseUrl: string; tiktok: RunningProgram; nextConnection: () => ConnectionId }>;

const toldBy = async ({ url }: RunningProgram) => told.parse(await (await fetch(`${url}/counts`)).json());

/** A file system in memory, as Linux has one. */
const memory = '/dev/shm';

/** Where files are kept while what has no disk is the measure; on the disk where there is no other place with so much room. */
const placeFor = async (bytes: number): Promise<string> => {
  const room = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return room >= 4 * bytes ? memory : tmpdir();
};

/** Without the simulator, so that TikTok's part is another process. */
const startService = async ({ databaseUrl, tiktok }: World, place: string): Promise<RunningProgram> => {
  const folder = await mkdtemp(join(place, 'tiktok-connections-uploads-'));
  const program = await startServing({
    environment: {
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      TIKTOK_CLIENT_KEY: benchClient,
      TIKTOK_CLIENT_SECRET: 'a-secret-of-nobody',
      TIKTOK_TOKEN_ENCRYPTION_KEY: benchKeySetting,
      TIKTOK_API_URL: tiktok.url,
      SIMULATOR: 'off',
      TIKTOK_CHUNK_BYTES: String(mostChunkBytes),
    },
    workingDirectory: folder,
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ...program, stop, [Symbol.asyncDispose]: stop };
};

const send = async (url: string, bytes: number) => {
  const beginning = (await beginningOfVideo(bytes)).toString('base64');
  return sent.parse(JSON.parse(await runProgram(join(here, 'send-program.ts'), [JSON.stringify({ url, beginning, bytes, ...backend })])));
};

/** @returns the file's id, and mebibytes per second from the first byte to the answer, hashed and durable by then */
const takeIn = async (service: RunningProgram, bytes: number): Promise<Readonly<{ id: string; rate: number }>> => {
  const { millis, body } = await send(`${service.url}/v1/media`, bytes);
  return { id: stored.parse(JSON.parse(body)).id, rate: bytes / mebi / (millis / 1_000) };
};

const remove = async (service: RunningProgram, id: string): Promise<void> => {
  await fetch(`${service.url}/v1/media/${id}`, { method: 'DELETE', headers: backend });
};

const requestPost = async ({ nextConnection }: World, service: RunningProgram, mediaId: string): Promise<void> => {
  const answer = await fetch(`${service.url}/v1/publications`, {
    method: 'POST',
    headers: { ...backend, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({
      connection_id: nextConnection(),
      kind: 'video',
      mode: 'direct',
      post: { title: 'Bench', privacy_level: 'SELF_ONLY' },
      consent: { confirmed_at: new Date().toISOString(), music_usage: true },
      source: { type: 'media', media_id: mediaId },
    }),
  });
  if (answer.status !== 202) throw new Error(`a publication was answered with ${answer.status}: ${await answer.text()}`);
};

const untilWhole = async ({ tiktok }: World, count: number) => {
  for (;;) {
    const now = await toldBy(tiktok);
    if (now.whole >= count) return now;
    await pauseFor(20);
  }
};

/** @returns mebibytes per second from the first byte of the first chunk to the last of the last one, every chunk recorded before the next */
const sendOn = async (world: World, service: RunningProgram, id: string, bytes: number): Promise<number> => {
  const { whole } = await toldBy(world.tiktok);
  await requestPost(world, service, id);
  const { lastMillis } = await untilWhole(world, whole + 1);
  return bytes / mebi / ((lastMillis ?? Number.NaN) / 1_000);
};

/** Of the pass-through, and of the same written to the disk, in a folder of their own. */
const startBare = async ({ tiktok }: World, folder: string): Promise<RunningProgram> =>
  startProgram({ args: [join(here, 'pass-through-program.ts')], environment: { SINK: `${tiktok.url}/upload/sink` }, workingDirectory: folder });

const passingThrough = (bare: RunningProgram, bytes: number): Contestant => ({
  name: 'fastify to undici',
  round: async () => bytes / mebi / ((await send(`${bare.url}/pass`, bytes)).millis / 1_000),
});

const writing = (bare: RunningProgram, bytes: number): Contestant => ({
  name: 'fastify to the disk',
  round: async () => {
    const { millis } = await send(`${bare.url}/keep`, bytes);
    await fetch(`${bare.url}/keep`, { method: 'DELETE' });
    return bytes / mebi / (millis / 1_000);
  },
});

const takingIn = (service: RunningProgram, bytes: number): Contestant => ({
  name: 'taking in, hashed and kept',
  round: async () => {
    const { id, rate } = await takeIn(service, bytes);
    await remove(service, id);
    return rate;
  },
});

/** Where the pass-through, which has no disk, is the measure, ours has none to wait for either. */
const besidePassThrough = async (world: World, bytes: number, rounds: number): Promise<readonly Finding[]> => {
  const place = await placeFor(bytes);
  const folder = await mkdtemp(join(place, 'tiktok-connections-uploads-'));
  await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  await using service = await startService(world, place);
  await using bare = await startBare(world, folder);
  const passThrough = passingThrough(bare, bytes);
  const kept = await takeIn(service, bytes);
  const sending = await compare({ unit: 'MiB/s', rounds, ours: { name: 'sending in chunks', round: () => sendOn(world, service, kept.id, bytes) }, baselines: [passThrough] });
  const hashing = await compare({ unit: 'MiB/s', rounds, ours: takingIn(service, bytes), baselines: [passThrough] });
  const size = `${bytes / mebi} MiB${place === memory ? ', files in memory' : ''}`;
  return [
    ...sending.ratios.map((ratio) => ratioFinding(size, sending, ratio, { atLeast: 0.8 })),
    ...hashing.ratios.map((ratio) => ratioFinding(size, hashing, ratio, { atLeast: 0.6 })),
  ];
};

const besideDisk = async (world: World, bytes: number, rounds: number): Promise<readonly Finding[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiktok-connections-uploads-'));
  await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  await using service = await startService(world, tmpdir());
  await using bare = await startBare(world, folder);
  const comparison = await compare({ unit: 'MiB/s', rounds, ours: takingIn(service, bytes), baselines: [writing(bare, bytes)] });
  return comparison.ratios.map((ratio) => ratioFinding(`${bytes / mebi} MiB, files on the disk`, comparison, ratio, { atLeast: 0.6 }));
};

const rates = async (world: World, quick: boolean): Promise<readonly Finding[]> => {
  const [bytes, rounds] = [(quick ? 128 : 1_024) * mebi, quick ? 2 : 5];
  return [...(await besidePassThrough(world, bytes, rounds)), ...(await besideDisk(world, bytes, rounds))];
};

type Peak = Readonly<{ peak: number; inRate: number; puts: number }>;

/** The most that a fresh process holds while files come and go. @param times one after another @param files at once */
const peakWith = async (world: World, times: number, files: number, bytes: number): Promise<Peak> => {
  await using service = await startService(world, tmpdir());
  const before = await toldBy(world.tiktok);
  let takingMillis = 0;
  for (let time = 1; time <= times; time += 1) {
    const begun = performance.now();
    const taken = await Promise.all(Array.from({ length: files }, () => takeIn(service, bytes)));
    takingMillis += performance.now() - begun;
    for (const { id } of taken) await requestPost(world, service, id);
    await untilWhole(world, before.whole + time * files);
    for (const { id } of taken) await remove(service, id);
  }
  const after = await toldBy(world.tiktok);
  return { peak: await service.peakMegabytes(), inRate: (times * files * bytes) / mebi / (takingMillis / 1_000), puts: after.puts - before.puts };
};

const memoryHeld = async (world: World, quick: boolean): Promise<readonly Finding[]> => {
  // The same bytes in small files, so that both processes are as warm.
  const times = quick ? 4 : 64;
  const small = await peakWith(world, times, 1, 64_000_000);
  const large = await peakWith(world, 1, 1, times * 64 * mebi);
  const many = await peakWith(world, 1, 8, (quick ? 64 : 1_024) * mebi);
  const size = quick ? '256 MiB' : '4 GiB';
  return [
    figure(`peak memory of the service, ${size} taken in and sent`, 'MB', large.peak, { atMost: 150 }, large),
    figure(`the same to that with ${times} files of 64 MB, one after another`, 'MB more', large.peak - small.peak, { atMost: 10 }, { small: small.peak, large: large.peak }),
    figure(`peak memory with 8 files of ${quick ? '64 MiB' : '1 GiB'} at once`, 'MB', many.peak, { atMost: 300 }, many),
  ];
};

export const uploadsBenchmark: Benchmark = {
  name: 'uploads',
  title: 'large files through the service to TikTok',
  run: async ({ serverUrl, quick }: Bench) => {
    await using database = await createBenchDatabase(serverUrl);
    const connections = [...(await writeLivingConnections(database.pool, 200, 24 * hour))];
    await using tiktok = await startProgram({ args: [join(here, 'stub-tiktok-program.ts')], environment: {}, workingDirectory: tmpdir() });
    const nextConnection = (): ConnectionId => {
      const id = connections.pop();
      if (id === undefined) throw new Error('more publications than accounts');
      return id;
    };
    const world: World = { databaseUrl: database.url, tiktok, nextConnection };
    return [...(await rates(world, quick)), ...(await memoryHeld(world, quick))];
  },
};
