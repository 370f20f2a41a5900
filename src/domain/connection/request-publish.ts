import { err, ok, type Result } from 'neverthrow';
import type { Decider } from '../decider.ts';
import { postingProblems, type PostingProblem, type VideoFacts } from '../publication/posting-rules.ts';
import type { PublishRequest } from '../publication/request.ts';
import type { PublicationId, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import { scope, type Scope } from '../values/scopes.ts';
import type { ConnectionEvent } from './events.ts';
import type { LifeIsOver, NotConnected, NotYourConnection, ReauthorizationNeeded } from './rejections.ts';
import { evolve, initial, type ConnectionState } from './state.ts';

/** The words stand here to be measured; the event holds them sealed. `requester` is null where a service acts for any user. */
export type RequestPublish = Readonly<{
  type: 'RequestPublish';
  life: number;
  requester: UserId | null;
  publicationId: PublicationId;
  request: PublishRequest;
  title: string;
  description: string | null;
  /** Null where the file is not here yet. */
  video: VideoFacts | null;
  /** What speaks against the source's addresses. */
  sourceProblems: readonly PostingProblem[];
  at: Instant;
}>;

/** The person did not grant what this needs. */
export type MissingScope = Readonly<{ kind: 'MissingScope'; scope: Scope }>;
/** At least one problem; all of them. */
export type PostNotAllowed = Readonly<{ kind: 'PostNotAllowed'; problems: readonly PostingProblem[] }>;

export type PublishRejection = NotConnected | NotYourConnection | LifeIsOver | ReauthorizationNeeded | MissingScope | PostNotAllowed;

type Decision = Result<readonly ConnectionEvent[], PublishRejection>;

export const scopeOfMode = { direct: scope('video.publish'), draft: scope('video.upload') } as const;

const decide = (command: RequestPublish, state: ConnectionState): Decision => {
  const { life, requester, publicationId, request, title, description, video, sourceProblems, at } = command;
  if (state.status === 'none' || state.status === 'disconnected') return err({ kind: 'NotConnected' });
  if (requester !== null && requester !== state.userId) return err({ kind: 'NotYourConnection' });
  if (state.publishRequests.includes(publicationId)) return ok([]);
  if (state.life !== life) return err({ kind: 'LifeIsOver', life });
  if (state.status !== 'active') return err({ kind: 'ReauthorizationNeeded', reason: state.reason });
  const needed = scopeOfMode[request.mode];
  if (!state.scopes.includes(needed)) return err({ kind: 'MissingScope', scope: needed });
  const { kind, mode, settings, consent, scheduleAt, creator } = request;
  const judged = postingProblems({ kind, mode, settings, title, description, consent, scheduleAt, video, creator }, at);
  const problems = [...judged, ...sourceProblems];
  if (problems.length > 0) return err({ kind: 'PostNotAllowed', problems });
  return ok([{ type: 'PublishRequested', data: { life, publicationId, userId: state.userId, request, requestedAt: at } }]);
};

/** The same aggregate, asked to publish: its rejections are of no concern to those who keep tokens alive. */
export const publishRequestDecider: Decider<ConnectionState, RequestPublish, ConnectionEvent, PublishRejection> = { initial, decide, evolve };
