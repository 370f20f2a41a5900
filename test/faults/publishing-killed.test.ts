import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gate, Halt } from '../support/gate.ts';
import { abandon, awaited, createGate, haltsOf } from '../support/gate.ts';
import { createPublishingWorld, type Case, type Drafted, type PublishingWorld } from './publishing-world.ts';

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
});
afterAll(() => world.close());

const follows = ['databaseClock.now', 'eventStore.read'];
const looks = ['eventStore.read', ...follows];
const asksCreator = ['sealer.openAll', 'quotas.take', 'publishing.creatorInfo'];
const accepted = ['sealer.seal', 'eventStore.append', 'eventStore.append', 'progress.waitFor'];
const prepares = [...looks, 'sealer.hold', 'sealer.openAll'];
const opens = ['quotas.take', 'eventStore.append', 'publishing.start', 'eventStore.append'];
const fetches = [...looks, 'sealer.open', 'fetcher.fetch', 'media.store', 'media.keepUntil', 'eventStore.append'];
const sends = ['media.open', 'uploads.putChunk', 'eventStore.append'];
const asksAtOnce = ['quotas.take', 'publishing.status'];
const asks = ['sealer.openAll', ...asksAtOnce];

const situations = [
  {
    what: 'a file of ours',
    pulls: false,
    ends: 'published',
    draft: ({ mediaId }: Drafted) => ({ source: { type: 'media', mediaId } }) as const,
    calls: [...looks, 'media.find', ...asksCreator, 'media.keepUntil', ...accepted, ...prepares, 'media.open', ...opens, ...sends, ...asksAtOnce, 'eventStore.append'],
  },
  {
    what: 'a file behind an address that we fetch',
    pulls: false,
    ends: 'published',
    draft: ({ url }: Drafted) => ({ source: { type: 'url', url, transfer: 'upload' } }) as const,
    calls: [...looks, ...asksCreator, ...accepted, ...fetches, ...prepares, 'media.open', ...opens, ...sends, ...asksAtOnce, 'eventStore.append'],
  },
  {
    what: 'a file that TikTok pulls',
    pulls: true,
    ends: 'published',
    draft: ({ url }: Drafted) => ({ source: { type: 'url', url, transfer: 'pull' } }) as const,
    calls: [...looks, ...asksCreator, ...accepted, ...prepares, ...opens, ...looks, ...asks, 'eventStore.append'],
  },
  {
    what: 'a draft for the inbox',
    pulls: false,
    ends: 'delivered_to_inbox',
    draft: ({ mediaId }: Drafted) => ({ mode: 'draft', source: { type: 'media', mediaId } }) as const,
    calls: [...looks, 'media.find', 'media.keepUntil', ...accepted, ...prepares, 'media.open', ...opens, ...sends, ...asksAtOnce, 'eventStore.append', ...looks, ...asks, 'eventStore.read'],
  },
  {
    what: 'photos',
    pulls: true,
    ends: 'published',
    draft: ({ url }: Drafted) => ({ source: { type: 'photos', urls: [url, url], coverIndex: 1 } }) as const,
    calls: [...looks, ...asksCreator, ...accepted, ...prepares, ...opens, ...looks, ...asks, 'eventStore.append'],
  },
] as const;

const atATime = 6;

/** What fails, at whichever halt, in words; empty when nothing does. */
const failuresAt = async (known: Gate, check: (gate: Gate, halt: Halt) => Promise<void>): Promise<readonly string[]> => {
  const failures: string[] = [];
  const waiting = [...haltsOf(known)];
  const work = async (): Promise<void> => {
    for (let halt = waiting.shift(); halt !== undefined; halt = waiting.shift()) {
      const { place, side } = halt;
      await check(createGate(halt, known.seen), halt).catch((error: unknown) => {
        failures.push(`${side} ${known.seen[place]?.name} (${place}): ${error instanceof Error ? error.message : 'unknown'}`);
      });
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return failures;
};

describe.each(situations)('the publishing of $what', ({ draft, calls, pulls, ends }) => {
  let known: Gate;
  let told: readonly string[];
  /** A start that TikTok was or may have been asked for, and whose answer is not stored. */
  const isLost = ({ place, side }: Halt): boolean => {
    const names = known.seen.map(({ name }) => name);
    const start = names.indexOf('publishing.start');
    const opening = names.lastIndexOf('eventStore.append', start);
    const stored = names.indexOf('eventStore.append', start);
    return (place > opening && place < stored) || (place === opening && side === 'after') || (place === stored && side === 'before');
  };
  const asked = ({ place, side }: Halt): boolean => {
    const start = known.seen.findIndex(({ name }) => name === 'publishing.start');
    return place > start || (place === start && side === 'after');
  };
  const gated = (gate: Gate, one: Case) => world.run(one, world.ports(one, (name, port) => gate.wrap(name, port)));
  /** How many posts, or drafts in the inbox, there are of it. */
  const made = async ({ person }: Case): Promise<number> =>
    (await world.world.tiktok.publishes({ account: person.account })).filter(({ status }) => status === 'PUBLISH_COMPLETE' || status === 'SEND_TO_USER_INBOX').length;
  const expectOnce = async (one: Case, status: string, count: number): Promise<void> => {
    expect((await world.shown(one.keyed.id))?.status).toBe(status);
    await vi.waitFor(async () => expect(await made(one)).toBe(count), { timeout: 5_000 });
    expect(await world.posts(one)).toHaveLength(ends === 'published' ? count : 0);
  };

  beforeAll(async () => {
    known = createGate();
    const one = await world.begin(draft);
    await gated(known, one);
    await expectOnce(one, ends, 1);
    told = await world.types(one.keyed.id);
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  it('is told by a history of no more than twelve events, that of the request included', () => {
    expect(1 + told.length).toBeLessThanOrEqual(12);
    expect(new Set(told).size).toBe(told.length);
  });

  it('is never done twice, and never left, wherever the process is killed', { timeout: 180_000 }, async () => {
    const failures = await failuresAt(known, async (gate, halt) => {
      const one = await world.begin(draft);
      abandon(gated(gate, one));
      await gate.reached;
      await world.run(one, world.ports(one));
      if (pulls && isLost(halt)) await expectOnce(one, 'outcome_unknown', asked(halt) ? 1 : 0);
      else await expectOnce(one, ends, 1);
    });
    expect(failures).toEqual([]);
  });

  it('goes on where the process is killed behind its answer, or just before it, and the caller never asks again', { timeout: 180_000 }, async () => {
    const names = known.seen.map(({ name }) => name);
    const recorded = names.indexOf('eventStore.append');
    const answered = names.indexOf('sealer.hold');
    const failures = await failuresAt(known, async (gate, halt) => {
      if (halt.place < recorded || (halt.place === recorded && halt.side === 'before') || halt.place > answered) return;
      const one = await world.begin(draft);
      abandon(gated(gate, one));
      await gate.reached;
      await world.goOn(one, world.ports(one));
      await expectOnce(one, ends, 1);
    });
    expect(failures).toEqual([]);
  });

  it('is never done twice where a process is held up, another does it, and the first goes on', { timeout: 180_000 }, async () => {
    const failures = await failuresAt(known, async (gate) => {
      const one = await world.begin(draft);
      const late = gated(gate, one);
      abandon(late);
      await gate.reached;
      await world.run(one, world.ports(one));
      gate.thaw();
      await late;
      await expectOnce(one, ends, 1);
    });
    expect(failures).toEqual([]);
  });
});

it('looks at the connection and its token anew before each step, once what the step before has seen is older than a second', async () => {
  const [{ draft }] = situations;
  const one = await world.begin(draft);
  const gate = createGate();
  const ports = world.ports(one, (name, port) => gate.wrap(name, port));
  let looks = 0;
  const monotonicMillis = (): number => performance.now() + 1_001 * (looks += 1);
  await world.run(one, { ...ports, clock: { ...ports.clock, monotonicMillis } });
  const called = awaited(gate);
  const sending = called.slice(called.indexOf('publishing.start'));
  expect(sending.filter((name) => name === 'databaseClock.now')).toHaveLength(2);
  expect(sending).toContain('sealer.openAll');
  expect((await world.shown(one.keyed.id))?.status).toBe('published');
});
