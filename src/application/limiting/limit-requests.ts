import type { Clock } from '../ports/clock.ts';
import type { SharedUses } from '../ports/shared-uses.ts';
import type { RequestLimit, RequestLimiter } from './request-limit.ts';
import { createRequestWindows } from './request-windows.ts';

export type LimiterPorts = Readonly<{ sharedUses: SharedUses; clock: Pick<Clock, 'monotonicMillis' | 'sleep'> }>;

/** A request waits this long for other replicas to be told, and then goes on by what is known here. */
const patienceMillis = 250;
/** Between two attempts to tell them, after one that failed. */
const pauseMillis = 1_000;

/**
 * Each replica counts by itself and tells the others, all callers in one statement, once a caller has used a twentieth
 * of the limit there. So N replicas together admit at most (N - 1) twentieths too many, a caller that keeps well
 * below the limit costs no statement, and one at the limit about twenty in a window. While the others cannot be told
 * each replica holds its callers to the whole limit by itself.
 */
export const createRequestLimiter = (limit: RequestLimit, { sharedUses, clock }: LimiterPorts): RequestLimiter => {
  const windows = createRequestWindows({ limit });
  let telling: Promise<void> | null = null;
  /** Set while the others cannot be told: when to try again. Nobody waits meanwhile. */
  let retryAt: number | null = null;

  const tell = async (): Promise<void> => {
    const uses = windows.untold(clock.monotonicMillis());
    if (uses.length === 0) return;
    const answer = await sharedUses.add(uses);
    if (answer.isOk()) windows.told(answer.value, clock.monotonicMillis());
    else windows.notTold();
    retryAt = answer.isOk() ? null : clock.monotonicMillis() + pauseMillis;
  };
  const toldOnce = (): Promise<void> => {
    telling ??= tell().finally(() => {
      telling = null;
    });
    return telling;
  };

  const untilTold = async (caller: string, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && retryAt === null && windows.mustTell(caller, clock.monotonicMillis())) await toldOnce();
  };
  const tellInTime = async (caller: string): Promise<void> => {
    const over = new AbortController();
    const patience = clock.sleep(patienceMillis, over.signal).then(() => {
      if (!over.signal.aborted) retryAt ??= clock.monotonicMillis() + pauseMillis;
    });
    await Promise.race([untilTold(caller, over.signal), patience]);
    over.abort();
  };
  const mayTell = (): boolean => telling === null && (retryAt === null || retryAt <= clock.monotonicMillis());

  return {
    take: async (caller) => {
      if (retryAt === null && windows.mustTell(caller, clock.monotonicMillis())) await tellInTime(caller);
      const standing = windows.take(caller, clock.monotonicMillis());
      if (windows.shouldTell() && mayTell()) telling = toldOnce();
      return standing;
    },
  };
};
