/** The middle and the ends of what was measured. */
export type Spread = Readonly<{ median: number; low: number; high: number }>;

/** @param part 0 is the smallest, 1 the greatest; between two samples the nearer rank below is taken */
export const quantile = (samples: readonly number[], part: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  if (found === undefined) throw new RangeError('there are no samples');
  return found;
};

export const median = (samples: readonly number[]): number => {
  const upper = quantile(samples, 0.5);
  return samples.length % 2 === 1 ? upper : (upper + quantile(samples, 0.5 - 1 / samples.length)) / 2;
};

export const spreadOf = (samples: readonly number[]): Spread => ({
  median: median(samples),
  low: Math.min(...samples),
  high: Math.max(...samples),
});

/** What is shown of a measured number; more digits would be noise. Whole numbers are counts and stay. */
export const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(value >= 1_000 ? 5 : 3)));
