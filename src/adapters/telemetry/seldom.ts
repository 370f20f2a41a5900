export type SeldomOptions = Readonly<{
  /** Monotonic milliseconds. */
  now?: () => number;
  /** However cheap it is, not asked more often than this. */
  leastAgeMillis?: number;
}>;

/** Answers are kept this many times as long as asking took, so asking takes about a hundredth of all time at most. */
const keptTimes = 100;
/** What failed is tried again sooner. */
const failureKeptTimes = 10;
const longestKeptMillis = 300_000;

/**
 * A costly question whose answer may be a little old: what needs a look at every row stays cheap when there are a million.
 * Those who ask meanwhile share one answer, or one failure.
 */
export const seldom = <Answer>(ask: () => Promise<Answer>, { now = () => performance.now(), leastAgeMillis = 1_000 }: SeldomOptions = {}): (() => Promise<Answer>) => {
  let last: Promise<Answer> | undefined;
  let askAgainAt = 0;
  return () => {
    if (last !== undefined && now() < askAgainAt) return last;
    const begun = now();
    askAgainAt = Infinity;
    const keep = (times: number) => (): void => {
      askAgainAt = now() + Math.min(longestKeptMillis, Math.max(leastAgeMillis, (now() - begun) * times));
    };
    last = ask();
    last.then(keep(keptTimes), keep(failureKeptTimes));
    return last;
  };
};
