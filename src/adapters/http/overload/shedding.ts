import type { Clock } from '../../../application/ports/clock.ts';
import type { RequestKind } from './request-kinds.ts';

export type ShedKind = Exclude<RequestKind, 'always'>;

/** How many requests of a kind may be under way. */
export type LoadLimits = Readonly<{
  questions: number;
  /** With so many questions waiting no upload is begun. */
  questionsBesideUploads: number;
  uploads: number;
  acts: number;
}>;

/**
 * A question is answered in a fraction of a millisecond, so hundreds of them under way are hundreds that wait: for this
 * process, or for the database. Acts may wait for TikTok and cost little meanwhile.
 */
export const loadLimits: LoadLimits = { questions: 400, questionsBesideUploads: 100, uploads: 256, acts: 2_000 };

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

export const createShedding = (clock: Pick<Clock, 'monotonicMillis'>, limits: LoadLimits = loadLimits): Shedding => {
  const underWay = { upload: 0, question: 0, act: 0 };
  const shed = { upload: 0, question: 0, act: 0 };
  let lastAt = Number.NEGATIVE_INFINITY;
  const isTooMuch: Readonly<Record<ShedKind, () => boolean>> = {
    upload: () => underWay.question >= limits.questionsBesideUploads || underWay.upload >= limits.uploads,
    question: () => underWay.question >= limits.questions,
    act: () => underWay.question >= limits.questions || underWay.act >= limits.acts,
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
      };
    },
    counts: () => ({ ...shed }),
    recently: () => clock.monotonicMillis() - lastAt < recentMillis,
  };
};
