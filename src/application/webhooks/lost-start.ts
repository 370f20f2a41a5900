import { err, ok, type Result } from 'neverthrow';
import { transferOf } from '../../domain/publication/request.ts';
import type { PublicationState } from '../../domain/publication/state.ts';
import type { AttemptId, ConnectionId, PostId, PublicationId, PublishId } from '../../domain/values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { ExecutionPorts } from '../execution/execute.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import type { Publications } from '../ports/publications.ts';

export interface LostStartPorts extends ExecutionPorts {
  readonly publications: Pick<Publications, 'unanswered'>;
}

/** What a webhook says whose `publish_id` no publication has. */
export type Claim = Readonly<{ publishId: PublishId; connectionId: ConnectionId; createdAt: Instant | null; postId: PostId | null }>;
export type Lost = Readonly<{ id: PublicationId; attemptId: AttemptId }>;

/** Until then TikTok may tell of a start. That a post became public, or is so no more, it may tell at any time. */
const toldWithinMillis = 7 * 24 * 3_600_000;

/** Ended by an operator or by a recent post, without its `publish_id`: the webhook may be about it. */
const mayBeAbout = (state: PublicationState, { createdAt, postId }: Claim): boolean => {
  if (state.status === 'none' || state.status === 'outcome_unknown' || state.status === 'waiting' || state.status === 'opening') return true;
  if (state.status === 'cancelled' || ('publishId' in state && state.publishId !== null)) return false;
  return createdAt === null || postId !== null || state.lastStart === null || createdAt <= plusMillis(state.lastStart.at, toldWithinMillis);
};

const lostOf = (id: PublicationId, state: PublicationState, { createdAt }: Claim): Lost | null => {
  if (state.status !== 'outcome_unknown' || state.reason !== 'opening_unanswered') return null;
  if (state.publishId !== null || state.lastStart === null || transferOf(state.request) !== 'pull') return null;
  // TikTok's time is cut to the second.
  const isOlder = createdAt !== null && millisOf(createdAt) + 1_000 <= millisOf(state.acceptedAt);
  return isOlder ? null : { id, attemptId: state.lastStart.attemptId };
};

/** The one publication of the connection that may have been begun without our knowing; null when there is none, or several. */
export const lostStart = async (ports: LostStartPorts, claim: Claim): Promise<Result<Lost | null, LoadFailure>> => {
  const unanswered = await ports.publications.unanswered(claim.connectionId);
  if (unanswered.isErr()) return err(unanswered.error);
  const meant: Readonly<{ id: PublicationId; state: PublicationState }>[] = [];
  for (const id of unanswered.value) {
    const loaded = await load(ports.eventStore, publicationAggregate, id);
    if (loaded.isErr()) return err(loaded.error);
    const { state } = loaded.value;
    if (mayBeAbout(state, claim)) meant.push({ id, state });
  }
  const [one, another] = meant;
  return ok(one === undefined || another !== undefined ? null : lostOf(one.id, one.state, claim));
};
