import type { Family, Sample } from './family.ts';

type Named<Label extends string> = Readonly<{ name: string; help: string; labels: readonly Label[] }>;
type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Counts things that happened, by bounded labels. Costs one look-up, and nothing until it is read. */
export interface Tally<Label extends string> {
  /** @param times 1 unless told */
  add(labels: Labels<Label>, times?: number): void;
  read(): Family;
}

/** Counts how long things took, in seconds. */
export interface Timing<Label extends string> {
  add(labels: Labels<Label>, seconds: number): void;
  read(): Family;
}

const keyOf = <Label extends string>(names: readonly Label[], labels: Labels<Label>): string => names.map((name) => labels[name]).join('\0');

/** @param known label sets that are shown from the start, so that a first occurrence is an increase and not a new line */
export const createTally = <Label extends string>({ name, help, labels: names }: Named<Label>, known: readonly Labels<Label>[] = []): Tally<Label> => {
  const counts = new Map(known.map((labels) => [keyOf(names, labels), { labels, value: 0 }]));
  return {
    add: (labels, times = 1) => {
      const key = keyOf(names, labels);
      const counted = counts.get(key);
      if (counted === undefined) counts.set(key, { labels, value: times });
      else counted.value += times;
    },
    read: () => ({ name, help, type: 'counter', samples: [...counts.values()].map(({ labels, value }) => ({ labels, value })) }),
  };
};

/** Seconds: from a read of one row to what waits for TikTok. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

type Spread<Label extends string> = { readonly labels: Labels<Label>; readonly within: number[]; count: number; sum: number };

const samplesOf = <Label extends string>({ labels, within, count, sum }: Spread<Label>): readonly Sample[] => {
  let below = 0;
  const buckets = bounds.map((bound, index): Sample => {
    below += within[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
};

export const createTiming = <Label extends string>({ name, help, labels: names }: Named<Label>): Timing<Label> => {
  const spreads = new Map<string, Spread<Label>>();
  const spreadOf = (labels: Labels<Label>): Spread<Label> => {
    const key = keyOf(names, labels);
    const known = spreads.get(key);
    if (known !== undefined) return known;
    const made: Spread<Label> = { labels, within: bounds.map(() => 0), count: 0, sum: 0 };
    spreads.set(key, made);
    return made;
  };
  return {
    add: (labels, seconds) => {
      const spread = spreadOf(labels);
      const index = bounds.findIndex((bound) => seconds <= bound);
      if (index !== -1) spread.within[index] = (spread.within[index] ?? 0) + 1;
      spread.count += 1;
      spread.sum += seconds;
    },
    read: () => ({ name, help, type: 'histogram', samples: [...spreads.values()].flatMap(samplesOf) }),
  };
};
