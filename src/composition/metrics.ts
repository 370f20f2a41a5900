import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { listParked } from '../adapters/postgres/projector/parked-streams.ts';
import { countPublications } from '../adapters/postgres/publications/count-publications.ts';
import { countDueWork } from '../adapters/postgres/work/count-due-work.ts';
import { createWebhookLeases } from '../adapters/postgres/webhooks/webhook-leases.ts';
import { handledEvents } from '../application/webhooks/webhook-events.ts';
import type { Container } from './parts.ts';

const prefix = 'tiktok_connections_';

/** Registries by container, so that gauges are made once. */
const registries = new WeakMap<Container, Registry>();

const pendingWebhooks = (container: Container) => createWebhookLeases(container.get('pool')).pending(handledEvents);
const unmatchedWebhooks = (container: Container) => createWebhookLeases(container.get('pool')).unmatched(handledEvents);

const createRegistry = (container: Container): Registry => {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[], measure: (set: Gauge['set'] & ((labels: object, value: number) => void)) => void | Promise<void>): void => {
    const made: Gauge = new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect: async () => {
        made.reset();
        await measure(made.set.bind(made));
      },
    });
  };
  collectDefaultMetrics({ register: registry });
  gauge('projection_lag_seconds', 'How far the rows of a projection that this replica drives are behind the history.', ['projection'], (set) => {
    for (const { projection, lagMillis } of container.get('projectors').health()) {
      if (lagMillis !== null) set({ projection }, lagMillis / 1_000);
    }
  });
  gauge('projection_driving', '1 where this replica writes the projection.', ['projection'], (set) => {
    for (const { projection, driving } of container.get('projectors').health()) set({ projection }, driving ? 1 : 0);
  });
  gauge('parked_streams', 'Streams that a projection cannot follow past one event.', ['projection'], async (set) => {
    const parked = await listParked(container.get('pool'));
    for (const { projection } of container.get('projectors').health()) {
      set({ projection }, parked.filter((stream) => stream.projection === projection).length);
    }
  });
  gauge('oldest_write_transaction_seconds', 'Age of the oldest running write transaction of the cluster, which holds the feed back.', [], async (set) => {
    const oldest = await container.get('eventStore').oldestXmin?.();
    if (oldest?.isOk() === true) set(oldest.value.seconds ?? 0);
  });
  gauge('refreshing_stopped', '1 while this replica refreshes no tokens: our credentials are refused (configuration), or TikTok is away (outage).', ['because'], (set) => {
    const closed = container.get('tokenPorts').gate.closed();
    for (const because of ['configuration', 'outage']) set({ because }, closed?.because === because ? 1 : 0);
  });
  gauge('webhooks_pending', 'Webhooks that are taken in and wait to be worked on.', [], async (set) => set((await pendingWebhooks(container)).count));
  gauge('webhooks_oldest_pending_seconds', 'How long the oldest of them has waited.', [], async (set) => set((await pendingWebhooks(container)).oldestSeconds));
  gauge('webhooks_unmatched', 'Webhooks about publications whose publish_id fits none of ours, kept for 30 days.', [], async (set) => set((await unmatchedWebhooks(container)).count));
  gauge('publications', 'Publications that are known, by status.', ['status'], async (set) => {
    for (const [status, count] of await countPublications(container.get('pool'))) set({ status }, count);
  });
  gauge('work_due', 'Items of the work list that are due and that nobody works on, by kind.', ['kind'], async (set) => {
    for (const [kind, count] of await countDueWork(container.get('pool'))) set({ kind }, count);
  });
  gauge('pool_connections', 'Connections to PostgreSQL, by state.', ['state'], (set) => {
    const { totalCount, idleCount, waitingCount } = container.get('pool');
    set({ state: 'open' }, totalCount);
    set({ state: 'idle' }, idleCount);
    set({ state: 'awaited' }, waitingCount);
  });
  return registry;
};

/** What this replica measures of itself, in Prometheus' text format. */
export const collectMetrics = (container: Container): Promise<string> => {
  const registry = registries.get(container) ?? createRegistry(container);
  registries.set(container, registry);
  return registry.metrics();
};
