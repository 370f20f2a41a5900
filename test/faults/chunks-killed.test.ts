import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../support/gate.ts';
import { createPublishingWorld, type Case, type PublishingWorld } from './publishing-world.ts';

/** One byte more than goes as one chunk: six chunks, the last with the remainder. */
const bytes = 64_000_001;
const chunks = 6;
/** Whether its connection still lives is asked while a chunk is recorded, before the next. */
const perChunk = ['uploads.putChunk', 'eventStore.read', 'eventStore.append'];

let world: PublishingWorld;
let known: Gate;
let digest: string;

const begin = (): Promise<Case> => world.begin(({ mediaId }) => ({ source: { type: 'media', mediaId } }), { bytes });
const gated = (gate: Gate, one: Case) => world.run(one, world.ports(one, (name, port) => gate.wrap(name, port)));
const sent = ({ person: { account } }: Case): Promise<number> => world.world.tiktok.countCalls({ endpoint: 'upload', account });

beforeAll(async () => {
  world = await createPublishingWorld();
  digest = createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
  known = createGate();
  await gated(known, await begin());
});
afterAll(() => world.close());

describe('a file of many chunks', () => {
  const firstOf = (chunk: number): number => {
    const puts = known.seen.flatMap(({ name }, place) => (name === 'uploads.putChunk' ? [place] : []));
    return puts[chunk] ?? Number.NaN;
  };
  /** Every await around a chunk: what comes before it, the chunk, how it is recorded, and what comes behind it. */
  const around = (chunk: number): readonly Halt[] => haltsOf(known).filter(({ place }) => place >= firstOf(chunk) - 1 && place <= firstOf(chunk) + 2);

  it('is sent by these calls for each chunk and no others', () => {
    const names = awaited(known);
    const from = names.indexOf('uploads.putChunk');
    // Behind the last one nobody asks whether its connection still lives.
    const all = [...Array.from({ length: chunks - 1 }, () => perChunk).flat(), 'uploads.putChunk', 'eventStore.append'];
    expect(names.slice(from, from + all.length)).toEqual(all);
    expect(names.filter((name) => name === 'uploads.putChunk')).toHaveLength(chunks);
  });

  it('is there byte for byte and once, wherever the process is killed, with at most the chunk in flight sent again', { timeout: 240_000 }, async () => {
    const failures: string[] = [];
    for (const halt of [0, 3, chunks - 1].flatMap(around)) {
      const one = await begin();
      const gate = createGate(halt, known.seen);
      abandon(gated(gate, one));
      await gate.reached;
      await world.run(one, world.ports(one));
      const outcome = { status: (await world.shown(one.keyed.id))?.status, files: (await world.posts(one)).map(({ sha256 }) => sha256), again: (await sent(one)) - chunks };
      if (outcome.status !== 'published' || outcome.files.join() !== digest || outcome.again > 1) {
        failures.push(`${halt.side} ${known.seen[halt.place]?.name} (${halt.place}): ${JSON.stringify(outcome)}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
