import type { Clock } from '../ports/clock.ts';
import type { TikTokFailure, TikTokWords } from '../ports/tiktok.ts';

/** Why TikTok is not called now. */
export type ProviderClosed = Readonly<{ kind: 'ProviderClosed'; because: 'configuration' | 'outage'; retryAfterMillis: number; tiktok: TikTokWords | null }>;

/**
 * One breaker for the whole provider. It closes the way after several failures in a row, and at once when our own
 * credentials are wrong; then it lets one call at a time try, and opens step by step when calls succeed again.
 */
export interface ProviderGate {
  /** Null when a call may go out now; it must be followed by `left`, `succeeded` or `failed`. */
  enter(): ProviderClosed | null;
  /** Nothing was called after all. */
  left(): void;
  succeeded(): void;
  failed(failure: TikTokFailure): void;
  /** Null while the way is open. */
  closed(): ProviderClosed | null;
}

const failuresThatClose = 5;
const firstConfigurationPauseMillis = 5_000;
const firstPauseMillis = 1_000;
const longestPauseMillis = 60_000;
/** After an outage this many calls more are let in at a time with every success. */
const openingStep = 2;

type Closed = Readonly<{ because: ProviderClosed['because']; tiktok: TikTokWords | null; until: number; pause: number }>;

export const createProviderGate = (clock: Pick<Clock, 'monotonicMillis'>): ProviderGate => {
  let failures = 0;
  let inside = 0;
  let closed: Closed | null = null;
  /** How many may be inside while the way opens again; null when there is no limit. */
  let width: number | null = null;

  const asClosed = ({ because, tiktok, until }: Closed): ProviderClosed => ({
    kind: 'ProviderClosed',
    because,
    tiktok,
    retryAfterMillis: Math.max(1_000, until - clock.monotonicMillis()),
  });

  const close = (because: ProviderClosed['because'], tiktok: TikTokWords | null, pause: number): void => {
    closed = { because, tiktok, pause, until: clock.monotonicMillis() + pause };
    width = 1;
  };

  return {
    enter: () => {
      if (closed !== null && (clock.monotonicMillis() < closed.until || inside > 0)) return asClosed(closed);
      if (width !== null && inside >= width) return { kind: 'ProviderClosed', because: 'outage', tiktok: null, retryAfterMillis: 1_000 };
      inside += 1;
      return null;
    },
    left: () => {
      inside -= 1;
    },
    succeeded: () => {
      inside -= 1;
      failures = 0;
      closed = null;
      if (width !== null) width = width > 64 ? null : width * openingStep;
    },
    failed: (failure) => {
      inside -= 1;
      if (failure.kind === 'TikTokRefused') {
        // TikTok works: it is this connection that does not.
        failures = 0;
        closed = null;
        return;
      }
      if (failure.kind === 'TikTokMisconfigured') {
        const wrongBefore = closed?.because === 'configuration' ? closed.pause : null;
        close('configuration', failure.tiktok, wrongBefore === null ? firstConfigurationPauseMillis : Math.min(longestPauseMillis, wrongBefore * 2));
        return;
      }
      failures += 1;
      if (failures < failuresThatClose && closed === null) return;
      const tiktok = failure.kind === 'TikTokTransient' ? failure.tiktok : null;
      close('outage', tiktok, closed?.because === 'outage' ? Math.min(longestPauseMillis, closed.pause * 2) : firstPauseMillis);
    },
    closed: () => (closed === null ? null : asClosed(closed)),
  };
};
