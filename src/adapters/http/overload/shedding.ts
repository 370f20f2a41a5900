import type { Clock } from '../../../application/ports/clock.ts';
import type { RequestKind } from './request-kinds.ts';

export type ShedKind = Exclude<RequestKind, 'always'>;

/** How many requests of a kind may be under way. */
export type LoadLimits = Readonly<{
  /** At least; more while so many are answered that none waits longer than `waitMillis`. */
  questions: number;
  waitMillis: number;
  /** With so many questions waiting no upload is begun. */
  questionsBesideUploads: number;
  uploads: number;
  acts: number;
}>;

/**
 * A question is answered in a fraction of a millisecond, so hundreds of them under way are hundreds that wait: for this
 * process, or for the database. Turning one away costs a third of answering it, so none is that would be answered soon.
 * Acts may wait for TikTok and cost little meanwhile.
 */
export const loadLimits: LoadLimits = { questions: 400, waitMillis: 500, questionsBesideUploads: 100, uploads: 256, acts: 2_000 };

/** Which requests are turned away while there are more than can be answered. What is under way is never ended. */
export interface Shedding {
  /** Null where the request is turned away; else to be called once, when it is over. */
  begin(kind: RequestKind): (() => void) | null;
  /** How many have been turned away since the start. */
  counts(): Readonly<Record<ShedKind, number>>;
  /** Whether any was in the last ten seconds. */
  recently(): boolean;
}

const recentMillis = 10_000;
const nothing = (): void => undefined;

type Pace = Readonly<{ answered: () => void; perMilli: () => number }>;

const paceMillis = 1_000;

/** How fast questions were answered within the last whole second. */
const createPace = (clock: Pick<Clock, 'monotonicMillis'>): Pace => {
  let since = clock.monotonicMillis();
  let count = 0;
  let perMilli = 0;
  return {
    answered: () => {
      count += 1;
    },
    perMilli: () => {
      const elapsed = clock.monotonicMillis() - since;
      if (elapsed >= paceMillis) {
        perMilli = count / elapsed;
        since += elapsed;
        count = 0;
      }
      return perMilli;
    },
  };
};

export const createShedding = (clock: Pick<Clock, 'monotonicMillis'>, limits: LoadLimits = loadLimits): Shedding => {
  const underWay = { upload: 0, question: 0, act: 0 };
  const shed = { upload: 0, question: 0, act: 0 };
  let lastAt = Number.NEGATIVE_INFINITY;
  const pace = createPace(clock);
  const questionsAreTooMany = (): boolean => underWay.question >= Math.max(limits.questions, pace.perMilli() * limits.waitMillis);
  const isTooMuch: Readonly<Record<ShedKind, () => boolean>> = {
    upload: () => underWay.question >= limits.questionsBesideUploads || underWay.upload >= limits.uploads,
    question: questionsAreTooMany,
    act: () => questionsAreTooMany() || underWay.act >= limits.acts,
  };
  return {
    begin: (kind) => {
      if (kind === 'always') return nothing;
      if (isTooMuch[kind]()) {
        shed[kind] += 1;
        lastAt = clock.monotonicMillis();
        return null;
      }
      underWay[kind] += 1;
      return () => {
        underWay[kind] -= 1;
        if (kind === 'question') pace.answered();
      };
    },
    counts: () => ({ ...shed }),
    recently: () => clock.monotonicMillis() - lastAt < recentMillis,
  };
};
