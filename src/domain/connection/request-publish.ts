import { err, ok, type Result } from 'neverthrow';
import type { Decider } from '../decider.ts';
import { postingProblems, type PostingProblem, type VideoFacts } from '../publication/posting-rules.ts';
import type { PublishRequest } from '../publication/request.ts';
import type { PublicationId, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import { scope, type Scope } from '../values/scopes.ts';
import type { ConnectionEvent } from './events.ts';
import type { LifeIsOver, NotConnected, NotYourConnection, ReauthorizationNeeded } from './rejections.ts';
import { evolve, initial, type Active, type ConnectionState } from './state.ts';

/** A request as it is judged: its words in clear, to be measured. `requester` is null where a service acts for any user. */
export type ProposedPublish = Readonly<{
  life: number;
  requester: UserId | null;
  request: Omit<PublishRequest, 'content'>;
  title: string;
  description: string | null;
  /** Null where the file is not here yet. */
  video: VideoFacts | null;
  /** What speaks against the source's addresses, and against the creator's posting at all. */
  sourceProblems: readonly PostingProblem[];
  at: Instant;
}>;

/** The event holds the words sealed, as the request does. */
export type RequestPublish = Omit<ProposedPublish, 'request'> &
  Readonly<{ type: 'RequestPublish'; publicationId: PublicationId; request: PublishRequest }>;

/** The person did not grant what this needs. */
export type MissingScope = Readonly<{ kind: 'MissingScope'; scope: Scope }>;
/** At least one problem; all of them. */
export type PostNotAllowed = Readonly<{ kind: 'PostNotAllowed'; problems: readonly PostingProblem[] }>;

export type PublishRejection = NotConnected | NotYourConnection | LifeIsOver | ReauthorizationNeeded | MissingScope | PostNotAllowed;

type Decision = Result<readonly ConnectionEvent[], PublishRejection>;

export const scopeOfMode = { direct: scope('video.publish'), draft: scope('video.upload') } as const;

/** Whether the connection may publish this now: the one judgement of preflight and request. */
export const judgePublish = (proposed: ProposedPublish, state: ConnectionState): Result<Active, PublishRejection> => {
  const { life, requester, request, title, description, video, sourceProblems, at } = proposed;
  if (state.status === 'none' || state.status === 'disconnected') return err({ kind: 'NotConnected' });
  if (requester !== null && requester !== state.userId) return err({ kind: 'NotYourConnection' });
  if (state.life !== life) return err({ kind: 'LifeIsOver', life });
  if (state.status !== 'active') return err({ kind: 'ReauthorizationNeeded', reason: state.reason });
  const needed = scopeOfMode[request.mode];
  if (!state.scopes.includes(needed)) return err({ kind: 'MissingScope', scope: needed });
  const { kind, mode, settings, consent, scheduleAt, creator } = request;
  const judged = postingProblems({ kind, mode, settings, title, description, consent, scheduleAt, video, creator }, at);
  const problems = [...judged, ...sourceProblems];
  return problems.length > 0 ? err({ kind: 'PostNotAllowed', problems }) : ok(state);
};

/** Whether the running life has this very request already, made by the same user or any service. */
const hasRequest = ({ publicationId, requester }: RequestPublish, state: ConnectionState): boolean =>
  (state.status === 'active' || state.status === 'reauthorization_required') &&
  (requester === null || requester === state.userId) &&
  state.publishRequests.includes(publicationId);

const decide = (command: RequestPublish, state: ConnectionState): Decision => {
  if (hasRequest(command, state)) return ok([]);
  const { life, publicationId, request, at } = command;
  return judgePublish(command, state).map(({ userId }) => [
    { type: 'PublishRequested', data: { life, publicationId, userId, request, requestedAt: at } },
  ]);
};

/** The same aggregate, asked to publish: its rejections are of no concern to those who keep tokens alive. */
export const publishRequestDecider: Decider<ConnectionState, RequestPublish, ConnectionEvent, PublishRejection> = { initial, decide, evolve };
