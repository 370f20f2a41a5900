import { expect, test } from 'vitest';
import { compare, type Contestant } from '../../bench/harness/comparison.ts';
import { figure, isMet, isNoise, ratioFinding } from '../../bench/harness/finding.ts';
import { median, quantile, spreadOf } from '../../bench/harness/statistics.ts';

const answering = (name: string, answers: readonly number[], turns: string[]): Contestant => {
  let round = 0;
  return {
    name,
    round: async () => {
      turns.push(name);
      round += 1;
      return answers[(round - 1) % answers.length] ?? 0;
    },
  };
};

test('contestants take turns, each round begun by another, after one round that does not count', async () => {
  const turns: string[] = [];
  const comparison = await compare({ unit: 'calls/s', rounds: 2, ours: answering('ours', [1], turns), baselines: [answering('theirs', [1], turns)] });
  const warmUp = ['ours', 'theirs', 'theirs'];
  expect(turns).toEqual([...warmUp, 'ours', 'theirs', 'theirs', 'theirs', 'theirs', 'ours']);
  expect(comparison.rounds).toBe(2);
});

test('the ratio is the median of the ratios of single rounds, not the ratio of medians', async () => {
  const ours = answering('ours', [0, 8, 10, 90], []);
  const theirs = answering('theirs', [0, 0, 10, 10, 100, 100, 100, 100], []);
  const { ratios } = await compare({ unit: 'ms', rounds: 3, ours, baselines: [theirs] });
  expect(ratios).toEqual([{ of: 'ours', to: 'theirs', ratio: { median: 0.8, low: 0.1, high: 0.9 } }]);
});

test('the first baseline stands as its own control', async () => {
  const { control, measured } = await compare({ unit: 'ms', rounds: 3, ours: answering('ours', [1], []), baselines: [answering('theirs', [4], []), answering('others', [2], [])] });
  expect(control).toEqual({ of: 'theirs, again', to: 'theirs', ratio: { median: 1, low: 1, high: 1 } });
  expect(Object.keys(measured)).toEqual(['ours', 'theirs', 'others', 'theirs, again']);
});

test('a finding keeps what was measured, the rounds and the control', async () => {
  const comparison = await compare({ unit: 'ms', rounds: 1, ours: answering('ours', [1], []), baselines: [answering('theirs', [4], [])] });
  const [ratio] = comparison.ratios;
  if (ratio === undefined) throw new Error('there is no ratio');
  expect(ratioFinding('speed', comparison, ratio, { atLeast: 0.5 })).toMatchObject({
    name: 'speed: ours to theirs',
    value: 0.25,
    evidence: { rounds: 1, unit: 'ms', control: { median: 1 }, ours: { median: 1 }, theirs: { median: 4 } },
  });
});

test.for([
  [0.79, { atLeast: 0.8 }, false],
  [0.8, { atLeast: 0.8 }, true],
  [50, { atMost: 50 }, true],
  [50.1, { atMost: 50 }, false],
  [Number.NaN, { atLeast: 0.8 }, false],
  [Number.NaN, { atMost: 50 }, false],
  [1_000, null, true],
] as const)('%s against %j is met: %s', ([value, target, met]) => {
  expect(isMet({ name: 'a figure', unit: '', value, target })).toBe(met);
});

test('a figure below its target by less than what is shown still misses it', () => {
  expect(isMet(figure('a figure', 'ratio', 0.79996, { atLeast: 0.8 }))).toBe(false);
});

test('quantiles are taken from the samples themselves', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([quantile(hundred, 0), quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([1, 51, 100, 100]);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(spreadOf([2, 8, 4])).toEqual({ median: 4, low: 2, high: 8 });
  expect(() => median([])).toThrow('no samples');
});

test.for([
  [1.1, false],
  [0.9, false],
  [1.11, true],
  [0.89, true],
  [Number.NaN, true],
] as const)('with a control of %s a ratio is called noise: %s', ([median, noise]) => {
  expect(isNoise(figure('a ratio', 'ratio', 1, { atLeast: 0.8 }, { control: { median, low: median, high: median } }))).toBe(noise);
});

test('a count has no control and is no noise', () => {
  expect(isNoise(figure('statements', 'statements', 1, { atMost: 1 }))).toBe(false);
});
