import { spreadOf, type Spread } from './statistics.ts';

/** One of those who take turns. A round does its work once and answers what was measured, a rate or a time. */
export type Contestant = Readonly<{ name: string; round: () => Promise<number> }>;

type Series = ReadonlyMap<string, readonly number[]>;

/** Rounds of all contestants in turn; each round begins with another one, so that drift and order hit all alike. */
const takeTurns = async (contestants: readonly Contestant[], rounds: number): Promise<Series> => {
  const series = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const contestant = contestants[(round + turn) % contestants.length];
      if (contestant !== undefined) series.get(contestant.name)?.push(await contestant.round());
    }
  }
  return series;
};

export type Ratio = Readonly<{
  of: string;
  to: string;
  /** Of each round's own ratio, so that what slows a whole round down does not count. */
  ratio: Spread;
}>;

export type Comparison = Readonly<{
  unit: string;
  rounds: number;
  measured: Readonly<Record<string, Spread>>;
  /** Ours to each baseline, in their order. */
  ratios: readonly Ratio[];
  /** The first baseline to itself, measured as another contestant: how far from 1 a ratio gets by noise alone. */
  control: Ratio;
}>;

export type ComparisonPlan = Readonly<{
  unit: string;
  rounds: number;
  /** Rounds of each before any counts, until its code is compiled; 1 by default. */
  warmUpRounds?: number;
  ours: Contestant;
  /** The first is also its own control. */
  baselines: readonly [Contestant, ...Contestant[]];
}>;

const ratioOf = (series: Series, of: string, to: string): Ratio => {
  const [above, below] = [series.get(of) ?? [], series.get(to) ?? []];
  return { of, to, ratio: spreadOf(above.map((value, round) => value / (below[round] ?? Number.NaN))) };
};

export const compare = async ({ unit, rounds, warmUpRounds = 1, ours, baselines }: ComparisonPlan): Promise<Comparison> => {
  const [first] = baselines;
  const again = { name: `${first.name}, again`, round: first.round };
  const contestants = [ours, ...baselines, again];
  await takeTurns(contestants, warmUpRounds);
  const series = await takeTurns(contestants, rounds);
  return {
    unit,
    rounds,
    measured: Object.fromEntries([...series].map(([name, samples]) => [name, spreadOf(samples)])),
    ratios: baselines.map(({ name }) => ratioOf(series, ours.name, name)),
    control: ratioOf(series, again.name, first.name),
  };
};
