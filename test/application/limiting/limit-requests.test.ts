import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { createRequestLimiter } from '../../../src/application/limiting/limit-requests.ts';
import type { RequestLimiter } from '../../../src/application/limiting/request-limit.ts';
import type { NewUses, SharedUses, TotalUses } from '../../../src/application/ports/shared-uses.ts';
import { createVirtualClock } from '../tokens/virtual-clock.ts';

const limit = { requests: 100, windowMillis: 60_000 };
const kept = 5;

const askTimes = async (limiter: RequestLimiter, times: number): Promise<number> => {
  let admitted = 0;
  for (let asked = 0; asked < times; asked += 1) if ((await limiter.take('ada')).admitted) admitted += 1;
  return admitted;
};

/** The row of all replicas, which may be out of reach. */
const createSharedRow = () => {
  const told: (readonly NewUses[])[] = [];
  let total = 0;
  let reachable = true;
  const uses: SharedUses = {
    add: (added) => {
      told.push(added);
      if (!reachable) return errAsync({ kind: 'Unavailable', part: 'database', reason: 'away' });
      return okAsync(added.map((each): TotalUses => ({ ...each, requests: (total += each.requests) })));
    },
  };
  return { uses, told, setReachable: (is: boolean) => (reachable = is), total: () => total };
};

test('a caller that asks seldom is told to nobody', async () => {
  const row = createSharedRow();
  await askTimes(createRequestLimiter(limit, { sharedUses: row.uses, clock: createVirtualClock() }), 2);
  expect(row.told).toEqual([]);
});

test('a replica alone holds to the limit exactly, with about twenty tellings in a window', async () => {
  const row = createSharedRow();
  const limiter = createRequestLimiter(limit, { sharedUses: row.uses, clock: createVirtualClock() });
  expect(await askTimes(limiter, 1_000)).toBe(100);
  expect(row.told.length).toBeLessThanOrEqual(40);
});

test('two replicas at once admit the limit and a twentieth at most', async () => {
  const row = createSharedRow();
  const clock = createVirtualClock();
  const [one, other] = [createRequestLimiter(limit, { sharedUses: row.uses, clock }), createRequestLimiter(limit, { sharedUses: row.uses, clock })];
  const admitted = await Promise.all([askTimes(one, 300), askTimes(other, 300)]);
  expect(admitted[0] + admitted[1]).toBeGreaterThanOrEqual(100);
  expect(admitted[0] + admitted[1]).toBeLessThanOrEqual(100 + kept);
});

test('while the others cannot be told each replica holds to the limit by itself, and tells them once they can be', async () => {
  const row = createSharedRow();
  const clock = createVirtualClock();
  row.setReachable(false);
  const limiter = createRequestLimiter(limit, { sharedUses: row.uses, clock });
  expect(await askTimes(limiter, 50)).toBe(50);
  expect(row.told).toHaveLength(1);
  clock.pass(1_000);
  expect(await askTimes(limiter, 1_000)).toBe(50);
  expect(row.told).toHaveLength(2);
  row.setReachable(true);
  clock.pass(1_000);
  await limiter.take('ada');
  await expect.poll(() => row.total()).toBe(100);
});

test('nobody waits long for a database that does not answer', async () => {
  const clock = createVirtualClock();
  const limiter = createRequestLimiter(limit, { sharedUses: { add: () => new ResultAsync(Promise.withResolvers<never>().promise) }, clock });
  await askTimes(limiter, kept);
  const waiting = limiter.take('ada');
  await expect.poll(() => clock.asleep()).toBe(1);
  clock.pass(250);
  expect((await waiting).admitted).toBe(true);
  expect(await askTimes(limiter, 1_000)).toBe(100 - kept - 1);
  expect(clock.asleep()).toBe(0);
});
