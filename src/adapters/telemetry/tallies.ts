import type { TikTokCallOutcome, TikTokEndpoint } from '../../application/ports/tiktok-calls.ts';
import { tiktokCallOutcomes, tiktokEndpoints } from '../../application/ports/tiktok-calls.ts';
import { eventTypes } from '../../application/execution/aggregate.ts';
import type { DomainEvent } from '../../application/ports/event-store.ts';
import type { WorkOutcome } from '../../application/work-lists/work-handler.ts';
import { workKinds, type WorkKind } from '../../application/work-lists/work-kinds.ts';
import { handledEvents, isHandled } from '../../application/webhooks/webhook-events.ts';
import { reauthorizationReasons } from '../../domain/connection/events.ts';
import type { Family } from './family.ts';
import { createTally, createTiming } from './tally.ts';

/** How an answered request is counted. `route` is the pattern; null where no route answers the address. */
export type AnsweredRequest = Readonly<{ method: string; route: string | null; status: number; seconds: number }>;

export type WebhookReception = 'stored' | 'repeated' | 'failed';
export type WebhookEnding = 'done' | 'retry';
export const spanFates = ['exported', 'lost'] as const;
export type SpanFate = (typeof spanFates)[number];

/** What this process counts as it happens, from its start on. Everything is counted under bounded labels. */
export interface Tallies {
  request(answered: AnsweredRequest): void;
  aborted(request: Pick<AnsweredRequest, 'method' | 'route'>): void;
  events(events: readonly DomainEvent[]): void;
  tiktokCall(endpoint: TikTokEndpoint, outcome: TikTokCallOutcome, seconds: number): void;
  work(kind: WorkKind, outcome: WorkOutcome['kind'], seconds: number): void;
  webhookReceived(event: string, reception: WebhookReception): void;
  webhookHandled(event: string, ending: WebhookEnding): void;
  spans(count: number, fate: SpanFate): void;
  read(): readonly Family[];
}

const prefix = 'tiktok_connections_';

const across = <A extends string, B extends string>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] =>
  left.flatMap((first) => right.map((second) => [first, second] as const));

const refreshOutcomes = ['refreshed', 'transient', 'unknown_outcome', 'configuration', 'reauthorization_required'] as const;
type RefreshOutcome = (typeof refreshOutcomes)[number];

/** A scope or a key may be lost without a refresh. */
const endsRefresh: ReadonlySet<string> = new Set(['refresh_rejected', 'response_lost', 'refresh_token_expired']);

const refreshOutcomeOf = (event: DomainEvent): RefreshOutcome | null => {
  if (event.type === 'TokensRefreshed') return 'refreshed';
  if (event.type === 'TokenRefreshFailed') return event.data.class;
  return event.type === 'ReauthorizationRequired' && endsRefresh.has(event.data.reason) ? 'reauthorization_required' : null;
};

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const methodOf = (method: string): string => (methods.has(method) ? method : 'other');
const routeOf = (route: string | null): string => route ?? 'none';

const webhookEvents = [...handledEvents, 'other'] as const;
const webhookOf = (event: string): string => (isHandled(event) ? event : 'other');

const createCounters = () => ({
  requests: createTally({ name: `${prefix}http_requests_total`, help: 'Requests answered, by route pattern and class of status; `aborted` where the caller left before.', labels: ['method', 'route', 'status'] }),
  durations: createTiming({ name: `${prefix}http_request_duration_seconds`, help: 'From the head of a request to the end of its answer.', labels: ['method', 'route'] }),
  appended: createTally(
    { name: `${prefix}events_appended_total`, help: 'Events this replica has written, by type.', labels: ['type'] },
    eventTypes.map((type) => ({ type })),
  ),
  refreshes: createTally(
    { name: `${prefix}token_refreshes_total`, help: 'Refreshes that ended, by what came of them.', labels: ['outcome'] },
    refreshOutcomes.map((outcome) => ({ outcome })),
  ),
  reauthorizations: createTally(
    { name: `${prefix}reauthorizations_required_total`, help: 'Connections that have come to need a new consent, by reason.', labels: ['reason'] },
    reauthorizationReasons.map((reason) => ({ reason })),
  ),
  calls: createTally(
    { name: `${prefix}tiktok_calls_total`, help: 'Calls of TikTok, by endpoint and by what the answer meant.', labels: ['endpoint', 'outcome'] },
    across(tiktokEndpoints, tiktokCallOutcomes).map(([endpoint, outcome]) => ({ endpoint, outcome })),
  ),
  callDurations: createTiming({ name: `${prefix}tiktok_call_duration_seconds`, help: 'How long calls of TikTok took.', labels: ['endpoint'] }),
  work: createTally(
    { name: `${prefix}work_runs_total`, help: 'Items of the work list that were worked on, by what came of it.', labels: ['kind', 'outcome'] },
    across(workKinds, ['done', 'later', 'retry']).map(([kind, outcome]) => ({ kind, outcome })),
  ),
  workDurations: createTiming({ name: `${prefix}work_run_duration_seconds`, help: 'How long working on an item took.', labels: ['kind'] }),
  received: createTally(
    { name: `${prefix}webhooks_received_total`, help: 'Proved webhooks that were taken in, by event; what proves nothing is an answer 4xx of the route.', labels: ['event', 'outcome'] },
    across(webhookEvents, ['stored', 'repeated', 'failed']).map(([event, outcome]) => ({ event, outcome })),
  ),
  handled: createTally(
    { name: `${prefix}webhooks_handled_total`, help: 'Tries to work on a stored webhook, by what came of it.', labels: ['event', 'outcome'] },
    across(handledEvents, ['done', 'retry']).map(([event, outcome]) => ({ event, outcome })),
  ),
  spans: createTally(
    { name: `${prefix}spans_total`, help: 'Spans of traces that were sent, and those that the collector did not take.', labels: ['fate'] },
    spanFates.map((fate) => ({ fate })),
  ),
});

export const createTallies = (): Tallies => {
  const counters = createCounters();
  return {
    request: ({ method: given, route: pattern, status, seconds }) => {
      const method = methodOf(given);
      const route = routeOf(pattern);
      counters.requests.add({ method, route, status: `${Math.floor(status / 100)}xx` });
      counters.durations.add({ method, route }, seconds);
    },
    aborted: ({ method, route }) => counters.requests.add({ method: methodOf(method), route: routeOf(route), status: 'aborted' }),
    events: (events) => {
      for (const event of events) {
        counters.appended.add({ type: event.type });
        const outcome = refreshOutcomeOf(event);
        if (outcome !== null) counters.refreshes.add({ outcome });
        if (event.type === 'ReauthorizationRequired') counters.reauthorizations.add({ reason: event.data.reason });
      }
    },
    tiktokCall: (endpoint, outcome, seconds) => {
      counters.calls.add({ endpoint, outcome });
      counters.callDurations.add({ endpoint }, seconds);
    },
    work: (kind, outcome, seconds) => {
      counters.work.add({ kind, outcome: outcome.toLowerCase() });
      counters.workDurations.add({ kind }, seconds);
    },
    webhookReceived: (event, outcome) => counters.received.add({ event: webhookOf(event), outcome }),
    spans: (count, fate) => counters.spans.add({ fate }, count),
    webhookHandled: (event, outcome) => counters.handled.add({ event: webhookOf(event), outcome }),
    read: () => Object.values(counters).map((counter) => counter.read()),
  };
};
