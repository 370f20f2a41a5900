import { wordsOf } from './failure.ts';

export type LoopHealth = Readonly<{ running: boolean; lastError: string | null }>;

export interface BackgroundLoop {
  start(): void;
  /** Resolves when the turn under way has ended. */
  stop(): Promise<void>;
  /** Cuts the pause short; a turn under way is followed by another at once. */
  wake(): void;
  health(): LoopHealth;
}

export type LoopParts = Readonly<{
  /** Answers after how many milliseconds it is to be called again. `signal` ends with `stop`. */
  turn: (signal: AbortSignal) => Promise<number>;
  /** Milliseconds to pause after a turn that failed, by how many have failed in a row. */
  pauseAfterFailure: (failures: number) => number;
  /** Milliseconds before another turn where it was woken during one: what else is to be looked at may come meanwhile. */
  restMillis?: number;
}>;

/** Doubles from `first` to `last` milliseconds, with up to a quarter taken off at random. */
export const backoff = (first: number, last: number) => (failures: number): number =>
  Math.min(last, first * 2 ** Math.min(30, failures - 1)) * (1 - Math.random() / 4);

/** `wait` ends with the next ring, or `restMillis` later where it has rung since the last wait. */
type Bell = Readonly<{ ring: () => void; wait: (millis: number, restMillis: number) => Promise<void> }>;

const createBell = (): Bell => {
  let rung = false;
  let end = (): void => undefined;
  return {
    ring: () => {
      rung = true;
      end();
    },
    wait: async (millis, restMillis) => {
      const hasRung = rung;
      if (!hasRung || restMillis > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, hasRung ? Math.min(millis, restMillis) : millis);
          if (hasRung) return;
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      end = () => undefined;
      rung = false;
    },
  };
};

/** Calls `turn` again and again, one at a time. A turn that throws is reported in the health and tried again. */
export const createLoop = ({ turn, pauseAfterFailure, restMillis = 0 }: LoopParts): BackgroundLoop => {
  const bell = createBell();
  let stopping: AbortController | undefined;
  let ended = Promise.resolve();
  let failures = 0;
  let lastError: string | null = null;

  const safeTurn = async (signal: AbortSignal): Promise<number> => {
    try {
      const pause = await turn(signal);
      failures = 0;
      lastError = null;
      return pause;
    } catch (error) {
      failures += 1;
      lastError = wordsOf(error);
      return pauseAfterFailure(failures);
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const pause = await safeTurn(signal);
      if (!signal.aborted) await bell.wait(pause, restMillis);
    }
  };

  return {
    start: () => {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      ended = run(stopping.signal);
    },
    stop: async () => {
      stopping?.abort();
      bell.ring();
      await ended;
      stopping = undefined;
    },
    wake: bell.ring,
    health: () => ({ running: stopping !== undefined, lastError }),
  };
};
