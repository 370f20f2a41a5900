import { expect, test } from 'vitest';
import { seldom } from '../../../src/adapters/telemetry/seldom.ts';

const stage = (tookMillis: number) => {
  const clock = { millis: 1_000 };
  const asked: (() => void)[] = [];
  let outcome: 'answer' | 'failure' = 'answer';
  const ask = seldom(
    async () => {
      const number = asked.push(() => undefined);
      clock.millis += tookMillis;
      await Promise.resolve();
      if (outcome === 'failure') throw new Error('away');
      return number;
    },
    { now: () => clock.millis },
  );
  return { ask, pass: (millis: number) => void (clock.millis += millis), fails: () => void (outcome = 'failure'), works: () => void (outcome = 'answer') };
};

test('those who ask together share one answer', async () => {
  const { ask } = stage(5);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
});

test('an answer is kept a second, or a hundred times as long as it took', async () => {
  const cheap = stage(1);
  expect(await cheap.ask()).toBe(1);
  cheap.pass(999);
  expect(await cheap.ask()).toBe(1);
  cheap.pass(1);
  expect(await cheap.ask()).toBe(2);

  const costly = stage(200);
  expect(await costly.ask()).toBe(1);
  costly.pass(19_999);
  expect(await costly.ask()).toBe(1);
  costly.pass(1);
  expect(await costly.ask()).toBe(2);
});

test('the costliest answer is kept five minutes', async () => {
  const { ask, pass } = stage(60_000);
  await ask();
  pass(299_999);
  expect(await ask()).toBe(1);
  pass(1);
  expect(await ask()).toBe(2);
});

test('a failure is kept ten times as long as it took, and no longer', async () => {
  const { ask, pass, fails, works } = stage(500);
  fails();
  await expect(ask()).rejects.toThrow('away');
  works();
  pass(4_999);
  await expect(ask()).rejects.toThrow('away');
  pass(1);
  expect(await ask()).toBe(2);
});
