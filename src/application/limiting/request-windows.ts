import type { NewUses, TotalUses } from '../ports/shared-uses.ts';
import type { RequestLimit, Standing } from './request-limit.ts';

type Window = {
  endsAt: number;
  /** Told by all replicas, ours among them. */
  total: number;
  /** Ours that are on their way to the others, and those that are not. */
  sent: number;
  unsent: number;
};

export type WindowsOptions = Readonly<{
  limit: RequestLimit;
  /** Callers that are remembered at most; the one that came first is forgotten. */
  mostCallers?: number;
}>;

/** Replicas admit this part of the limit before they tell the others: so much may be admitted too often, for each further replica. */
const untoldPart = 1 / 20;

/** How many requests of one caller a replica admits before it tells the others. */
export const mostUntold = ({ requests }: RequestLimit): number => Math.max(1, Math.floor(requests * untoldPart));

/** Counts in one replica, in milliseconds of its monotonic clock. */
export interface RequestWindows {
  take(caller: string, now: number): Standing;
  /** Where the caller stands, counting nothing; null when it has no window. */
  look(caller: string, now: number): Standing | null;
  /** Whether the others must be told before this caller is admitted again. */
  mustTell(caller: string, now: number): boolean;
  /** Whether they had better be told of someone already, so that nobody waits. */
  shouldTell(): boolean;
  /** What is to be told now. To be followed by `told` or `notTold` before it is asked again. */
  untold(now: number): readonly NewUses[];
  told(totals: readonly TotalUses[], now: number): void;
  notTold(): void;
}

export const createRequestWindows = ({ limit, mostCallers = Number.POSITIVE_INFINITY }: WindowsOptions): RequestWindows => {
  const windows = new Map<string, Window>();
  const most = mostUntold(limit);
  const enough = Math.ceil(most / 2);
  /** Callers with enough that is worth telling, and those of whom it is being told. */
  const ready = new Set<string>();
  let onTheWay: ReadonlyMap<string, Window> = new Map();

  const current = (caller: string, now: number): Window | undefined => {
    const window = windows.get(caller);
    return window !== undefined && window.endsAt > now ? window : undefined;
  };
  const forget = (caller: string): void => {
    windows.delete(caller);
    // Where nobody is told of anything, nothing else would take it out.
    ready.delete(caller);
  };
  /** In the order in which they began, so that those which have ended stand in front. */
  const forgetEnded = (now: number): void => {
    for (const [caller, { endsAt }] of windows) {
      if (endsAt > now && windows.size < mostCallers) return;
      forget(caller);
    }
  };
  const begin = (caller: string, now: number): Window => {
    forget(caller);
    forgetEnded(now);
    const window = { endsAt: now + limit.windowMillis, total: 0, sent: 0, unsent: 0 };
    windows.set(caller, window);
    return window;
  };
  const usedOf = ({ total, sent, unsent }: Window): number => total + sent + unsent;
  const standing = (window: Window, now: number, admitted: boolean): Standing => ({
    admitted,
    remaining: Math.max(0, limit.requests - usedOf(window)),
    resetMillis: window.endsAt - now,
  });

  return {
    take: (caller, now) => {
      const window = current(caller, now) ?? begin(caller, now);
      const admitted = usedOf(window) < limit.requests;
      if (admitted) window.unsent += 1;
      if (window.unsent >= enough) ready.add(caller);
      return standing(window, now, admitted);
    },
    look: (caller, now) => {
      const window = current(caller, now);
      return window === undefined ? null : standing(window, now, usedOf(window) < limit.requests);
    },
    mustTell: (caller, now) => {
      const window = current(caller, now);
      return window !== undefined && window.sent + window.unsent >= most && usedOf(window) < limit.requests;
    },
    shouldTell: () => ready.size > 0,
    untold: (now) => {
      const live = [...ready].flatMap((caller) => {
        const window = current(caller, now);
        return window === undefined ? [] : [[caller, window] as const];
      });
      ready.clear();
      onTheWay = new Map(live);
      return live.map(([caller, window]) => {
        window.sent = window.unsent;
        window.unsent = 0;
        return { caller, requests: window.sent, leftMillis: window.endsAt - now };
      });
    },
    told: (totals, now) => {
      for (const { caller, requests, leftMillis } of totals) {
        const window = onTheWay.get(caller);
        if (window === undefined) continue;
        window.total = requests;
        window.endsAt = now + Math.min(leftMillis, limit.windowMillis);
      }
      for (const window of onTheWay.values()) window.sent = 0;
      onTheWay = new Map();
    },
    notTold: () => {
      for (const [caller, window] of onTheWay) {
        window.unsent += window.sent;
        window.sent = 0;
        ready.add(caller);
      }
      onTheWay = new Map();
    },
  };
};
