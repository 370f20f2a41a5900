import type { Clock } from '../../application/ports/clock.ts';

/** The time between the word to stop and the moment from which on no connection is taken. */
export interface Draining {
  /** Somebody asked whether this replica is ready, and heard that it is. */
  foundReady(): void;
  /** Whether this replica has been told to stop. */
  readonly begun: boolean;
  /** Resolves once those who look whether it is ready had the time to send their requests elsewhere. Answers how long that took, in milliseconds. */
  begin(): Promise<number>;
}

/** Longer than load balancers usually let pass between two looks. */
const noticeMillis = 5_000;
/** Who looks twice in so long looks regularly; a first look is somebody's who waited for the start. */
const regularlyMillis = 15_000;

export const createDraining = (clock: Pick<Clock, 'monotonicMillis' | 'sleep'>): Draining => {
  let begun = false;
  let looks: readonly number[] = [];
  const isWatched = (): boolean => looks.length === 2 && looks.every((at) => clock.monotonicMillis() - at < regularlyMillis);
  return {
    foundReady: () => {
      looks = [...looks, clock.monotonicMillis()].slice(-2);
    },
    get begun() {
      return begun;
    },
    begin: async () => {
      const isRepeated = begun;
      begun = true;
      if (isRepeated || !isWatched()) return 0;
      await clock.sleep(noticeMillis);
      return noticeMillis;
    },
  };
};
