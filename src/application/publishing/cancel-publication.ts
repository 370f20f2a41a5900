import { err, ok, type Result } from 'neverthrow';
import type { Cancel } from '../../domain/publication/commands.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationState } from '../../domain/publication/state.ts';
import type { ConnectionId, PublicationId, PublishId } from '../../domain/values/ids.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type Executed, type ExecutionFailure } from '../execution/execute.ts';
import type { LoadFailure } from '../execution/load.ts';
import { viewerOf, type Principal } from '../execution/principal.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { TikTokFailure } from '../ports/tiktok.ts';
import type { TikTokPublishing } from '../ports/tiktok-publishing.ts';
import type { PublicationRecord } from '../reading/publication-record.ts';
import type { PublicationView } from '../reading/publication-view.ts';
import { freshAccessToken, type FreshToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { QuestionFailed } from './ask-with-token.ts';
import { renewToken, tokenLivesMillis } from './creator.ts';
import { codeOf } from './opening-outcome.ts';
import { ownedPublication, publicationNow, type PublicationNotFound } from './owned-publication.ts';

export interface CancelPorts extends FreshTokenPorts {
  readonly publishing: Pick<TikTokPublishing, 'cancel'>;
  readonly progress: ProjectionProgress;
}

/** TikTok would not cancel its download, or cannot be asked any more in the person's name. */
export type NotCancelled = Readonly<{ kind: 'NotCancelled' }>;
export type CancelFailure = PublicationNotFound | PublicationRejection | NotCancelled | QuestionFailed | ExecutionFailure | LoadFailure;

type Cancelled = Result<Executed<PublicationState>, PublicationRejection | ExecutionFailure>;

const projectionWaitMillis = 2_000;

const record = (ports: CancelPorts, context: CommandContext, id: PublicationId, confirmed: Cancel['confirmed']): Promise<Cancelled> =>
  execute(ports, publicationAggregate, context, id, confirmed ? 'cancel-confirmed' : 'cancel', () =>
    Promise.resolve(ok({ type: 'Cancel', confirmed, at: ports.clock.now() } as const)),
  );

/** A token that TikTok does not take has cancelled nothing, so the same may be asked again with another. */
const cancelOnceMore = async (
  ports: CancelPorts,
  context: CommandContext,
  id: ConnectionId,
  publishId: PublishId,
  refused: FreshToken,
): Promise<Result<void, NotCancelled | TikTokFailure>> => {
  if (!(await renewToken(ports, context, id, refused))) return err({ kind: 'NotCancelled' });
  const renewed = await freshAccessToken(ports, context, id, 0);
  return renewed.isErr() ? err({ kind: 'NotCancelled' }) : ports.publishing.cancel(renewed.value.token, publishId);
};

/** TikTok alone can stop its own download. */
const cancelAtTikTok = async (
  ports: CancelPorts,
  context: CommandContext,
  { connectionId, publishId }: PublicationRecord,
): Promise<Result<void, NotCancelled | QuestionFailed>> => {
  if (publishId === null) return err({ kind: 'NotCancelled' });
  const token = await freshAccessToken(ports, context, connectionId, tokenLivesMillis);
  if (token.isErr()) return err({ kind: 'NotCancelled' });
  const first = await ports.publishing.cancel(token.value.token, publishId);
  const asked = first.isErr() && codeOf(first.error).code === 'access_token_invalid' ? await cancelOnceMore(ports, context, connectionId, publishId, token.value) : first;
  if (asked.isOk()) return ok(undefined);
  return err(asked.error.kind === 'NotCancelled' || asked.error.kind === 'TikTokRefused' ? { kind: 'NotCancelled' } : { kind: 'QuestionFailed', failure: asked.error });
};

/** TikTok's own word that it cancelled may come in before ours: then nothing is left to record. */
const knownAlready = (cancelled: Cancelled): boolean =>
  cancelled.isErr() && cancelled.error.kind === 'PublicationEnded' && cancelled.error.status === 'failed';

const cancelPull = async (ports: CancelPorts, context: CommandContext, found: PublicationRecord): Promise<Result<Executed<PublicationState> | null, CancelFailure>> => {
  const stopped = await cancelAtTikTok(ports, context, found);
  if (stopped.isErr()) return err(stopped.error);
  const confirmed = await record(ports, context, found.id, true);
  return knownAlready(confirmed) ? ok(null) : confirmed;
};

/**
 * Ends a publication before TikTok has it; where TikTok fetches, once it confirms. Again, it answers the same. What is
 * too far gone is refused by the domain.
 */
export const cancelPublication = async (
  ports: CancelPorts,
  context: CommandContext,
  principal: Principal,
  id: PublicationId,
): Promise<Result<PublicationView, CancelFailure>> => {
  const viewer = viewerOf(principal);
  const found = await ownedPublication(ports.eventStore, viewer, id);
  if (found.isErr()) return err(found.error);
  const own = await record(ports, context, id, false);
  const ended = own.isErr() && own.error.kind === 'CancelNeedsTikTok' ? await cancelPull(ports, context, found.value) : own;
  if (ended.isErr()) return err(ended.error);
  const checkpoint = ended.value?.checkpoint ?? null;
  if (checkpoint !== null) await ports.progress.waitFor(checkpoint, projectionWaitMillis);
  return publicationNow(ports, viewer, id);
};
