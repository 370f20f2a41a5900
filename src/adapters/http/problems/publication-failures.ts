import type { MissingScope, PostNotAllowed } from '../../../domain/connection/request-publish.ts';
import type { PublicationRejection } from '../../../domain/publication/rejections.ts';
import type { TikTokFailure, TikTokWords as TikTokWordsOfPort } from '../../../application/ports/tiktok.ts';
import type { Erased, KeyLost } from '../../../application/ports/sealer.ts';
import type { QuestionFailed } from '../../../application/publishing/ask-with-token.ts';
import type { NotCancelled } from '../../../application/publishing/cancel-publication.ts';
import type { AskedTooOften } from '../../../application/publishing/creator.ts';
import type { MediaNotFound } from '../../../application/publishing/judge-draft.ts';
import type { PublicationNotFound } from '../../../application/publishing/owned-publication.ts';
import { reasonOf } from '../../../application/publishing/problem-reasons.ts';
import type { NothingToRetry } from '../../../application/publishing/retried-publication.ts';
import { invalidRequest, type Problem, type TikTokWords } from './problem.ts';

/** A caller follows as many publications as it may. */
export type TooManyWatched = Readonly<{ kind: 'TooManyWatched' }>;

/** What requests about publications can end in, besides what those about connections can. */
export type PublicationFailure =
  | PublicationRejection
  | MissingScope
  | PostNotAllowed
  | AskedTooOften
  | QuestionFailed
  | MediaNotFound
  | NothingToRetry
  | NotCancelled
  | PublicationNotFound
  | TooManyWatched
  | Erased
  | KeyLost;

type FailureTable = { readonly [Kind in PublicationFailure['kind']]: (failure: Extract<PublicationFailure, { kind: Kind }>) => Problem };

const tiktokMinuteSeconds = 60;
const watchAgainSeconds = 5;

const wordsOf = ({ code, message, logId }: TikTokWordsOfPort): TikTokWords => ({ code, message, log_id: logId });

const conflict = (detail: string): Problem => ({ code: 'conflict', detail });
const tiktokHasIt = conflict('TikTok has it, or may have it already: it cannot be stopped any more.');
const movedOn = conflict('The publication moved on in the meantime; ask for its state.');
const wordsAreGone: Problem = { code: 'not_connected', detail: 'The personal data of this connection were erased; let the person connect the account again.' };

const unanswered = (failure: TikTokFailure): Problem => {
  switch (failure.kind) {
    case 'TikTokTransient': {
      const { tiktok, reason } = failure;
      if (tiktok?.code === 'rate_limit_exceeded')
        return { code: 'rate_limited', detail: 'TikTok was asked more often than it allows.', retryAfterSeconds: tiktokMinuteSeconds, tiktok: wordsOf(tiktok) };
      const detail = `TikTok cannot answer now: ${reason}.`;
      return tiktok === null ? { code: 'tiktok_unavailable', detail } : { code: 'tiktok_unavailable', detail, tiktok: wordsOf(tiktok) };
    }
    case 'TikTokUnclear':
      return { code: 'tiktok_unavailable', detail: `TikTok gave no answer that can be understood: ${failure.reason}.` };
    case 'TikTokRefused':
      return { code: 'tiktok_rejected', detail: `TikTok refused this (${failure.tiktok.code}).`, tiktok: wordsOf(failure.tiktok) };
    case 'TikTokMisconfigured':
      return { code: 'tiktok_rejected', detail: 'TikTok refused the call itself; the operator must look at the settings.', tiktok: wordsOf(failure.tiktok) };
  }
};

const notAllowed = ({ problems }: PostNotAllowed): Problem => {
  const [first] = problems;
  const said = {
    code: 'unprocessable',
    detail: problems.map(({ detail }) => detail).join(' '),
    problems: problems.map((problem) => ({ reason: reasonOf(problem), detail: problem.detail })),
  } as const;
  return first === undefined ? said : { ...said, reason: reasonOf(first) };
};

/** One entry for each kind of failure: the compiler refuses a kind without an answer. */
export const publicationProblems: FailureTable = {
  PublicationNotFound: () => ({ code: 'not_found', detail: 'There is no such publication, or it is not yours.' }),
  MediaNotFound: () => invalidRequest({ path: 'source.media_id', message: 'names no file that was uploaded here, or one that is gone' }),
  NothingToRetry: () => invalidRequest({ path: 'retry_of', message: 'must be a failed, retryable publication of the same connection' }),
  MissingScope: ({ scope }) => ({ code: 'missing_scope', detail: `The person has not granted ${scope}.` }),
  PostNotAllowed: notAllowed,
  AskedTooOften: ({ retryAfterMillis }) => ({
    code: 'rate_limited',
    detail: 'TikTok answers only so many questions about a creator in a minute.',
    retryAfterSeconds: Math.ceil(retryAfterMillis / 1_000),
  }),
  TooManyWatched: () => ({
    code: 'rate_limited',
    detail: 'You follow as many publications as one caller may at a time.',
    retryAfterSeconds: watchAgainSeconds,
  }),
  QuestionFailed: ({ failure }) => unanswered(failure),
  NotCancelled: () => conflict('TikTok did not cancel it: it is nearly done, or cannot be asked any more.'),
  CancelNeedsTikTok: () => movedOn,
  TikTokHasIt: () => tiktokHasIt,
  PublicationEnded: ({ status }) => conflict(`The publication has ended: it is ${status}.`),
  OutcomeIsKnown: () => conflict('Only a publication that is outcome_unknown can be resolved.'),
  NotAccepted: () => movedOn,
  NotDue: () => movedOn,
  OpeningInProgress: () => movedOn,
  AlreadyOpened: () => movedOn,
  NotOpened: () => movedOn,
  StartSuperseded: () => movedOn,
  SourceMissing: () => movedOn,
  AnotherPublishId: () => movedOn,
  Erased: () => wordsAreGone,
  KeyLost: () => ({ code: 'reauthorization_required', detail: 'The keys of this connection are lost (key_lost); the person must consent again.' }),
};
