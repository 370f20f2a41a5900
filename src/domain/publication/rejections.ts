import type { AttemptId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';

export type NotAccepted = Readonly<{ kind: 'NotAccepted' }>;
/** It waits for its time, a quota or TikTok. */
export type NotDue = Readonly<{ kind: 'NotDue'; notBefore: Instant }>;
/** Somebody else asks TikTok to begin at this moment. */
export type OpeningInProgress = Readonly<{ kind: 'OpeningInProgress'; attemptId: AttemptId; deadline: Instant }>;
/** TikTok has begun already: it is never asked to begin again. */
export type AlreadyOpened = Readonly<{ kind: 'AlreadyOpened' }>;
/** TikTok has not begun yet, as far as we know. */
export type NotOpened = Readonly<{ kind: 'NotOpened' }>;
/** The answer belongs to a start that a later one, a cancel or an end has replaced: no byte is sent to it. */
export type StartSuperseded = Readonly<{ kind: 'StartSuperseded'; attemptId: AttemptId }>;
/** The file must be fetched first. */
export type SourceMissing = Readonly<{ kind: 'SourceMissing' }>;
/** TikTok has it, or may have it. */
export type TikTokHasIt = Readonly<{ kind: 'TikTokHasIt' }>;
/** Only TikTok can cancel its own download; ask it first. */
export type CancelNeedsTikTok = Readonly<{ kind: 'CancelNeedsTikTok' }>;
export type AnotherPublishId = Readonly<{ kind: 'AnotherPublishId' }>;
export type PublicationEnded = Readonly<{ kind: 'PublicationEnded'; status: 'published' | 'delivered_to_inbox' | 'failed' | 'cancelled' | 'outcome_unknown' }>;
export type OutcomeIsKnown = Readonly<{ kind: 'OutcomeIsKnown' }>;

export type PublicationRejection =
  | NotAccepted
  | NotDue
  | OpeningInProgress
  | AlreadyOpened
  | NotOpened
  | StartSuperseded
  | SourceMissing
  | TikTokHasIt
  | CancelNeedsTikTok
  | AnotherPublishId
  | PublicationEnded
  | OutcomeIsKnown;
