import type { HistoryDatabases } from '../histories/history-databases.ts';
import type { Comparison, Ratio } from './comparison.ts';

export type Target = Readonly<{ atLeast: number }> | Readonly<{ atMost: number }>;

/** One figure of a run, with the target it is held to; null when it is only told. */
export type Finding = Readonly<{
  name: string;
  unit: string;
  value: number;
  target: Target | null;
  /** What stands behind the figure; kept in the results. */
  evidence?: Readonly<Record<string, unknown>>;
}>;

/** What makes one figure of issue-given targets; `run` leaves nothing behind, and answers no finding where it could not measure. */
export type Benchmark = Readonly<{
  name: string;
  title: string;
  run: (bench: Bench) => Promise<readonly Finding[]>;
}>;

/** What a benchmark is given. */
export type Bench = Readonly<{
  /** Short rounds and small data: shows that it works, not how fast it is. */
  quick: boolean;
  /** A superuser's address of a PostgreSQL server; each benchmark makes databases of its own there. */
  serverUrl: string;
  histories: HistoryDatabases;
  say: (line: string) => void;
}>;

export const isMet = ({ value, target }: Finding): boolean => {
  if (target === null) return true;
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
};

const steady = { from: 0.9, to: 1.1 };

/** Whether the baseline against itself was so far from 1 that the ratio beside it says nothing. */
export const isNoise = ({ evidence }: Finding): boolean => {
  const control = evidence?.['control'];
  if (typeof control !== 'object' || control === null || !('median' in control)) return false;
  const median = Number(control.median);
  return !(median >= steady.from && median <= steady.to);
};

export const figure = (name: string, unit: string, value: number, target: Target | null = null, evidence?: Finding['evidence']): Finding => ({
  name,
  unit,
  value,
  target,
  ...(evidence === undefined ? {} : { evidence }),
});

export const exactly = (name: string, unit: string, value: number, expected: number): readonly Finding[] => [
  figure(name, unit, value, { atMost: expected }),
  figure(name, unit, value, { atLeast: expected }),
];

const evidenceOf = ({ unit, rounds, measured, control }: Comparison, { of, to, ratio }: Ratio) => ({
  unit,
  rounds,
  [of]: measured[of],
  [to]: measured[to],
  ratio,
  control: control.ratio,
});

/** The median ratio of ours to one baseline, with its control. */
export const ratioFinding = (name: string, comparison: Comparison, ratio: Ratio, target: Target | null): Finding =>
  figure(`${name}: ${ratio.of} to ${ratio.to}`, 'ratio', ratio.ratio.median, target, evidenceOf(comparison, ratio));
