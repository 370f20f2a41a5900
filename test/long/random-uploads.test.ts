import { setTimeout as pauseFor } from 'node:timers/promises';
import { ResultAsync } from 'neverthrow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TikTokUploads } from '../../src/application/ports/tiktok-publishing.ts';
import type { ChunkPlan } from '../../src/domain/publication/chunk-plan.ts';
import { createPublishingWorld, type Case, type Drafted, type PublishingPorts, type PublishingWorld } from '../faults/publishing-world.ts';
import { chances } from '../support/chances.ts';
import { abandon, createGate, type Halt, type SeenCall } from '../support/gate.ts';

const uploads = process.env['LONG'] === 'short' ? 30 : 1_000;
const seed = Number(process.env['SEED'] ?? 1);
const atATime = 2;
const patienceMillis = 120_000;

/** The least and the most that TikTok takes as one chunk, and as a file that is one chunk. */
const leastChunk = 5_242_880;
const mostChunk = 6_500_000;
const mostChunks = 4;
const mostSingle = 12_000_000;

let world: PublishingWorld;
/** The calls of an upload of one chunk, and of one of some, which are other ones. */
let known: Readonly<Record<'single' | 'some', readonly SeenCall[]>>;

/** Where a process ends: at a call that it awaits, or with so many bytes of a chunk on the wire. */
type Crash = Readonly<{ at: 'call'; halt: Halt }> | Readonly<{ at: 'bytes'; chunk: number; bytes: number }>;
type Upload = Readonly<{ seed: number; plan: ChunkPlan; crash: Crash }>;

const source = ({ mediaId }: Drafted) => ({ source: { type: 'media', mediaId } }) as const;
const begin = async ({ seed: content, plan }: Pick<Upload, 'seed' | 'plan'>) => {
  const mediaId = world.files.add(plan.totalBytes, content);
  return { mediaId, one: await world.begin(source, { bytes: plan.totalBytes, mediaId }) };
};
/** On a machine that is never slow: what a step looks up again once its time is over would be another call to be killed at. */
const portsOf = (one: Case, plan: ChunkPlan, gate?: ReturnType<typeof createGate>): PublishingPorts => {
  const ports = world.ports(one, gate === undefined ? undefined : (name, port) => gate.wrap(name, port));
  return { ...ports, clock: { ...ports.clock, monotonicMillis: () => 0 }, planChunks: () => plan };
};

const planOf = (chance: (choices: number) => number): ChunkPlan => {
  if (chance(4) === 0) {
    const totalBytes = 1 + chance(mostSingle);
    return { totalBytes, chunkBytes: totalBytes, count: 1 };
  }
  const chunkBytes = leastChunk + chance(mostChunk - leastChunk);
  const count = 2 + chance(mostChunks - 1);
  return { totalBytes: chunkBytes * count + chance(chunkBytes), chunkBytes, count };
};

/** The calls of an upload of so many chunks, told from those of one with some. */
const callsOf = (chunks: number): readonly SeenCall[] => {
  if (chunks === 1) return known.single;
  const { some } = known;
  const puts = some.flatMap(({ name }, place) => (name === 'uploads.putChunk' ? [place] : []));
  const [first = 0, second = 0] = puts;
  const round = some.slice(first, second);
  return [...some.slice(0, first), ...Array.from({ length: chunks - 1 }, () => round).flat(), ...some.slice(puts.at(-1) ?? 0)];
};

/** The calls of an upload that nothing kills. */
const seenCalls = async (plan: ChunkPlan): Promise<readonly SeenCall[]> => {
  const gate = createGate();
  const { one } = await begin({ seed: 0, plan });
  await world.run(one, portsOf(one, plan, gate));
  return gate.seen;
};

const crashOf = (chance: (choices: number) => number, { totalBytes, chunkBytes, count }: ChunkPlan): Crash => {
  if (chance(3) === 0) {
    const chunk = chance(count);
    return { at: 'bytes', chunk, bytes: chance(chunk === count - 1 ? totalBytes - chunk * chunkBytes : chunkBytes) };
  }
  const places = callsOf(count).flatMap(({ kind }, place) => (kind === 'value' ? [] : [place]));
  return { at: 'call', halt: { place: places[chance(places.length)] ?? 0, side: chance(2) === 0 ? 'before' : 'after' } };
};

const uploadOf = (number: number): Upload => {
  const own = seed * 1_000_003 + number;
  const chance = chances(own);
  const plan = planOf(chance);
  return { seed: own, plan, crash: crashOf(chance, plan) };
};

/** Cuts the connection when so many bytes of the chunk were read; who sends it never hears of it. */
const cutWithin = (of: TikTokUploads, { chunk: at, bytes }: Extract<Crash, { at: 'bytes' }>, died: () => void): TikTokUploads => ({
  putChunk: (url, chunk, body, signal) => {
    if (chunk.index !== at) return of.putChunk(url, chunk, body, signal);
    const cut = new AbortController();
    const cutBody = async function* (): AsyncGenerator<Uint8Array> {
      let left = bytes;
      for await (const piece of body()) {
        if (piece.length > left) {
          yield piece.subarray(0, left);
          cut.abort();
          return;
        }
        left -= piece.length;
        yield piece;
      }
    };
    abandon(of.putChunk(url, chunk, cutBody, cut.signal).match(died, died));
    return new ResultAsync(Promise.withResolvers<never>().promise);
  },
});

const runUntilCrash = async (one: Case, { plan, crash }: Upload): Promise<void> => {
  const unkilled = (): never => {
    throw new Error(`it ended before it was killed: ${JSON.stringify({ plan, crash })}`);
  };
  if (crash.at === 'call') {
    const gate = createGate(crash.halt, callsOf(plan.count));
    return Promise.race([gate.reached, world.run(one, portsOf(one, plan, gate)).then(unkilled)]);
  }
  const died = Promise.withResolvers<void>();
  const ports = portsOf(one, plan);
  return Promise.race([died.promise, world.run(one, { ...ports, uploads: cutWithin(ports.uploads, crash, died.resolve) }).then(unkilled)]);
};

/** What is wrong with one upload in words; null when nothing is. */
const wrong = async (upload: Upload): Promise<string | null> => {
  const { plan } = upload;
  const { mediaId, one } = await begin(upload);
  await runUntilCrash(one, upload);
  await world.run(one, portsOf(one, plan));
  const status = (await world.shown(one.keyed.id))?.status;
  const posted = await world.posts(one);
  const again = (await world.world.tiktok.countCalls({ endpoint: 'upload', account: one.person.account })) - plan.count;
  const [post] = posted;
  const isWhole = post?.bytes === plan.totalBytes && post.sha256 === world.files.sha256(mediaId);
  world.files.forget(mediaId);
  return status === 'published' && posted.length === 1 && isWhole && again <= 1 ? null : JSON.stringify({ ...upload, status, posts: posted.length, isWhole, again });
};

beforeAll(async () => {
  world = await createPublishingWorld();
  known = {
    single: await seenCalls({ totalBytes: leastChunk, chunkBytes: leastChunk, count: 1 }),
    some: await seenCalls({ totalBytes: 3 * leastChunk, chunkBytes: leastChunk, count: 3 }),
  };
});
afterAll(() => world.close());

it(`${uploads} uploads of chance sizes in chance chunks, each killed once, arrive whole, once, with at most the chunk in flight sent again`, async () => {
  const failures: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < uploads) {
      const number = (next += 1);
      const ended = Promise.race([wrong(uploadOf(number)), pauseFor(patienceMillis, 'it stands still', { ref: false })]);
      const failure = await ended.catch((error: unknown) => (error instanceof Error ? error.message : 'unknown'));
      if (failure !== null) failures.push(`SEED=${seed}, upload ${number}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  expect(failures).toEqual([]);
});
