import { err, ok, type Result } from 'neverthrow';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { UnknownOutcome } from '../../domain/publication/state.ts';
import { transferOf } from '../../domain/publication/request.ts';
import type { AttemptId, ConnectionId, PublicationId, PublishId } from '../../domain/values/ids.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import type { Unavailable } from '../failures.ts';
import type { Publications } from '../ports/publications.ts';
import type { TikTokWebhooks } from '../ports/tiktok-webhooks.ts';
import type { WaitingWebhooks } from '../ports/webhook-intake.ts';
import type { WebhookBodies } from './sealed-body.ts';

export interface ClaimPorts extends ExecutionPorts {
  readonly publications: Pick<Publications, 'byPublishId' | 'unanswered'>;
  readonly waiting: WaitingWebhooks;
  readonly bodies: WebhookBodies;
  readonly webhooks: Pick<TikTokWebhooks, 'read'>;
}

type Claim = Readonly<{ publishId: PublishId; connectionId: ConnectionId; createdAt: Instant | null }>;
type Lost = Readonly<{ id: PublicationId; attemptId: AttemptId }>;

/** The one publication of the connection that may have been begun without our knowing; null when there is none, or several. */
const lostStart = async (ports: ClaimPorts, { connectionId, createdAt }: Claim): Promise<Result<Lost | null, LoadFailure>> => {
  const unanswered = await ports.publications.unanswered(connectionId);
  if (unanswered.isErr()) return err(unanswered.error);
  const [id, another] = unanswered.value;
  if (id === undefined || another !== undefined) return ok(null);
  const loaded = await load(ports.eventStore, publicationAggregate, id);
  return loaded.map(({ state }) => {
    if (state.status !== 'outcome_unknown' || !wasLost(state) || state.lastAttempt === null) return null;
    // TikTok's time is cut to the second.
    const isOlder = createdAt !== null && millisOf(createdAt) + 1_000 <= millisOf(state.acceptedAt);
    return isOlder ? null : { id, attemptId: state.lastAttempt };
  });
};

const wasLost = ({ reason, publishId, request }: UnknownOutcome): boolean =>
  reason === 'opening_unanswered' && publishId === null && transferOf(request) === 'pull';

/** Whether webhooks of the connection name no other `publish_id` that nobody has. One that cannot be read might. */
const isOnlyOne = async (ports: ClaimPorts, { connectionId, publishId }: Claim): Promise<Result<boolean, Unavailable>> => {
  const waiting = await ports.waiting.aboutPublications(connectionId);
  if (waiting.isErr()) return err(waiting.error);
  const others = new Set<PublishId>();
  for (const { digest, body } of waiting.value) {
    const opened = await ports.bodies.open(digest, body);
    if (opened.isErr()) return opened.error.kind === 'Unavailable' ? err(opened.error) : ok(false);
    const named = ports.webhooks.read(new TextEncoder().encode(opened.value.reveal()))?.publishing?.publishId;
    if (named !== undefined && named !== publishId) others.add(named);
  }
  for (const other of others) {
    const owner = await ports.publications.byPublishId(other);
    if (owner.isErr()) return err(owner.error);
    if (owner.value === null) return ok(false);
  }
  return ok(true);
};

/**
 * Gives a `publish_id` that nobody has to the publication whose start had no answer, where no other can be meant: exactly
 * one such publication of that account, and exactly one such id. Null where that cannot be said.
 */
export const claimPublishId = async (
  ports: ClaimPorts,
  context: CommandContext,
  claim: Claim,
): Promise<Result<PublicationId | null, PublicationRejection | ExecutionFailure>> => {
  const lost = await lostStart(ports, claim);
  if (lost.isErr()) return err(lost.error);
  if (lost.value === null) return ok(null);
  const alone = await isOnlyOne(ports, claim);
  if (alone.isErr()) return err(alone.error);
  if (!alone.value) return ok(null);
  const { id, attemptId } = lost.value;
  const { publishId } = claim;
  const recorded = await execute(ports, publicationAggregate, context, id, 'claimed', () =>
    Promise.resolve(ok({ type: 'RecordOpened', attemptId, publishId, upload: null, logId: null, at: ports.clock.now() } as const)),
  );
  return recorded.map(() => id);
};
