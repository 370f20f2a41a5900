import type { AttemptId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { ReauthorizationReason } from './events.ts';

/** No life is running: never connected, or disconnected since. */
export type NotConnected = Readonly<{ kind: 'NotConnected' }>;
/** The TikTok account belongs to another user, who must disconnect it first. */
export type AccountLinkedToAnotherUser = Readonly<{ kind: 'AccountLinkedToAnotherUser' }>;
export type NotYourConnection = Readonly<{ kind: 'NotYourConnection' }>;
/** What the command brings was sealed or observed for another life than the running one. */
export type LifeIsOver = Readonly<{ kind: 'LifeIsOver'; life: number }>;

/** The person must consent again first. */
export type ReauthorizationNeeded = Readonly<{ kind: 'ReauthorizationNeeded'; reason: ReauthorizationReason }>;
/** Somebody else calls TikTok for this connection at this moment: wait for the outcome until `deadline`. */
export type RefreshInProgress = Readonly<{ kind: 'RefreshInProgress'; attemptId: AttemptId; deadline: Instant }>;
/** An answer of TikTok may be lost. It is asked again from `notBefore`, once the access token has ended or was refused. */
export type RefreshInDoubt = Readonly<{ kind: 'RefreshInDoubt'; notBefore: Instant }>;
/** A newer answer or consent has replaced what this attempt was about. */
export type AnswerSuperseded = Readonly<{ kind: 'AnswerSuperseded'; attemptId: AttemptId }>;

export type ConnectionRejection =
  | NotConnected
  | AccountLinkedToAnotherUser
  | NotYourConnection
  | LifeIsOver
  | ReauthorizationNeeded
  | RefreshInProgress
  | RefreshInDoubt
  | AnswerSuperseded;
