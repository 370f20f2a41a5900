import { err, ok, type Result } from 'neverthrow';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationId, PublishId } from '../../domain/values/ids.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure } from '../execution/execute.ts';
import type { Unavailable } from '../failures.ts';
import type { Publications } from '../ports/publications.ts';
import type { TikTokWebhooks } from '../ports/tiktok-webhooks.ts';
import type { WaitingWebhooks } from '../ports/webhook-intake.ts';
import { lostStart, type Claim, type LostStartPorts } from './lost-start.ts';
import type { WebhookBodies } from './sealed-body.ts';

export interface ClaimPorts extends LostStartPorts {
  readonly publications: Pick<Publications, 'byPublishId' | 'unanswered'>;
  readonly waiting: WaitingWebhooks;
  readonly bodies: WebhookBodies;
  readonly webhooks: Pick<TikTokWebhooks, 'read'>;
}

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
