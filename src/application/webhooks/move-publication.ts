import { err, ok, type Result } from 'neverthrow';
import type { Observation } from '../../domain/publication/commands.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { ConnectionId, PublicationId, WebhookId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure } from '../execution/execute.ts';
import type { PublishNotice } from '../ports/tiktok-webhooks.ts';
import { claimPublishId, type ClaimPorts } from './claim-publish-id.ts';
import type { PublishEvent } from './webhook-events.ts';
import { unmatched, type WebhookOutcome } from './webhook-outcome.ts';

export type PublishWebhook = Readonly<{
  webhookId: WebhookId;
  /** Whom it names; TikTok's examples name nobody we know. */
  connectionId: ConnectionId | null;
  event: PublishEvent;
  notice: PublishNotice;
  createdAt: Instant | null;
  /** Since it was taken in. */
  waitedMillis: number;
}>;

/** A webhook may come before TikTok's answer is stored and shown; by then both are. */
const answerStoredMillis = 60_000;
const longestPauseMillis = 3_600_000;
const laterMillis = 30_000;

const observationOf = ({ event, notice }: PublishWebhook): Observation => {
  const { postId, failReason } = notice;
  switch (event) {
    case 'post.publish.inbox_delivered':
      return { kind: 'inbox' };
    case 'post.publish.failed':
      return { kind: 'failed', reason: failReason ?? 'unknown' };
    case 'post.publish.complete':
    case 'post.publish.publicly_available':
      return { kind: 'complete', postIds: postId === null ? [] : [postId] };
    case 'post.publish.no_longer_publicaly_available':
    case 'post.publish.no_longer_publicly_available':
      // It was public, so it was posted; its address leads nowhere now.
      return { kind: 'complete', postIds: [] };
  }
};

/** These may also end an upload that was begun without our knowing and got no byte, and so say nothing about a pull. */
const saysNothingOfMedia: ReadonlySet<string> = new Set(['internal', 'auth_removed', 'publish_cancelled', 'unknown']);

const mayBeClaimed = (observation: Observation): boolean => observation.kind !== 'failed' || !saysNothingOfMedia.has(observation.reason);

type Found = Result<PublicationId | null, PublicationRejection | ExecutionFailure>;

const find = async (ports: ClaimPorts, context: CommandContext, webhook: PublishWebhook, observation: Observation): Promise<Found> => {
  const { connectionId, notice, createdAt, waitedMillis } = webhook;
  const known = await ports.publications.byPublishId(notice.publishId);
  if (known.isErr()) return err(known.error);
  if (known.value !== null) return ok(known.value);
  if (connectionId === null || waitedMillis < answerStoredMillis || !mayBeClaimed(observation)) return ok(null);
  return claimPublishId(ports, context, { publishId: notice.publishId, connectionId, createdAt, postId: notice.postId });
};

/**
 * Moves a publication on by what TikTok tells unasked: found by its `publish_id`, or, where the answer to its start was
 * lost, by being the only one that can be meant. What fits none is kept as long as any webhook. Repeats change nothing.
 */
export const movePublication = async (ports: ClaimPorts, webhook: PublishWebhook): Promise<WebhookOutcome> => {
  const { webhookId, notice, waitedMillis } = webhook;
  const context: CommandContext = {
    commandId: ports.ids.commandId(),
    actor: { kind: 'tiktok', id: webhookId },
    correlationId: `webhook:${webhookId}`,
    causationId: `webhook:${webhookId}`,
    traceparent: null,
  };
  const observation = observationOf(webhook);
  const found = await find(ports, context, webhook, observation);
  if (found.isErr()) return { kind: 'Retry', afterMillis: laterMillis, reason: found.error.kind };
  if (found.value === null) return { kind: 'Retry', afterMillis: Math.min(longestPauseMillis, waitedMillis / 20), reason: unmatched };
  const { publishId } = notice;
  const observed = await execute(ports, publicationAggregate, context, found.value, 'observed', () =>
    Promise.resolve(ok({ type: 'Observe', publishId, observation, by: 'webhook', logId: null, at: ports.clock.now() } as const)),
  );
  return observed.isOk() ? { kind: 'Done' } : { kind: 'Retry', afterMillis: laterMillis, reason: observed.error.kind };
};
