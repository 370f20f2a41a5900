import { connectionStream, publicationStream } from '../../../application/execution/streams.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { EventStore } from '../../../application/ports/event-store.ts';
import type { SpanFacts, SpanLink, Tracer } from '../../../application/ports/tracer.ts';
import type { LeasedWork, WorkHandler, WorkOutcome } from '../../../application/work-lists/work-handler.ts';
import type { WebhookHandler, WebhookOutcome } from '../../../application/webhooks/webhook-outcome.ts';
import { isUuid, publicationId } from '../../../domain/values/ids.ts';
import { causeOf, followsPublication } from '../work-cause.ts';
import { inSpan, own } from './in-span.ts';

const streamOf = (work: LeasedWork): StreamName =>
  followsPublication(work) && isUuid(work.subject) ? publicationStream(publicationId(work.subject)) : connectionStream(work.connectionId);

const linkTo = async (store: EventStore, stream: StreamName, revision: number, relation: 'causation' | 'correlation'): Promise<readonly SpanLink[]> => {
  const [event] = (await store.read(stream, revision, 1)).unwrapOr([]);
  if (event?.readable !== true || event.revision !== revision || event.metadata.traceparent === null) return [];
  const { traceparent, correlationId } = event.metadata;
  const facts = { [`${own}relation`]: relation, [`${own}event_id`]: event.id, [`${own}event`]: event.type, [`${own}correlation_id`]: correlationId };
  return [{ traceparent, facts }];
};

/** What the work follows from directly, and, for a publication, the request that began it all. */
const linksOf = async (store: EventStore, work: LeasedWork): Promise<readonly SpanLink[]> => {
  const stream = streamOf(work);
  const direct = await linkTo(store, stream, work.revision, 'causation');
  const first = followsPublication(work) && work.revision > 1 ? await linkTo(store, stream, 1, 'correlation') : [];
  return [...direct, ...first];
};

const outcomeFacts = (outcome: WorkOutcome | WebhookOutcome): SpanFacts => ({
  [`${own}outcome`]: outcome.kind.toLowerCase(),
  ...(outcome.kind === 'Retry' ? { [`${own}reason`]: outcome.reason } : {}),
});

/** Each run of an item begins a trace, linked with those that it follows from. */
export const tracedWork =
  (tracer: Tracer, store: EventStore, handler: WorkHandler): WorkHandler =>
  async (work, signal, stopping) => {
    const { kind, subject, connectionId, attempts } = work;
    const facts = {
      [`${own}work`]: kind,
      [`${own}subject`]: subject,
      [`${own}connection_id`]: connectionId,
      [`${own}causation_id`]: causeOf(work),
      [`${own}attempts`]: attempts,
    };
    const links = await linksOf(store, work);
    return inSpan(tracer, { name: `work ${kind}`, kind: 'consumer', facts, parent: null, links }, async (span) => {
      const outcome = await handler(work, signal, stopping);
      span.set(outcomeFacts(outcome));
      return outcome;
    });
  };

/** Each run of a webhook begins a trace, linked with its delivery. */
export const tracedWebhooks =
  (tracer: Tracer, handler: WebhookHandler): WebhookHandler =>
  (webhook) => {
    const { id, event, digest, attempts, traceparent } = webhook;
    const facts = { [`${own}correlation_id`]: `webhook:${id}`, [`${own}webhook`]: event, [`${own}webhook_digest`]: digest, [`${own}attempts`]: attempts };
    const links = traceparent === null ? [] : [{ traceparent, facts: { [`${own}relation`]: 'causation' } }];
    return inSpan(tracer, { name: 'webhook', kind: 'consumer', facts, parent: null, links }, async (span) => {
      const outcome = await handler(webhook);
      span.set(outcomeFacts(outcome));
      return outcome;
    });
  };
