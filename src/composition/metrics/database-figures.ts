import { countConnections } from '../../adapters/postgres/connections/count-connections.ts';
import type { Connection } from '../../adapters/postgres/database.ts';
import { countParked } from '../../adapters/postgres/projector/count-parked.ts';
import { countPublications } from '../../adapters/postgres/publications/count-publications.ts';
import { countWebhooks } from '../../adapters/postgres/webhooks/count-webhooks.ts';
import { countDueWork } from '../../adapters/postgres/work-lists/count-due-work.ts';
import type { Family, Sample } from '../../adapters/telemetry/family.ts';
import { seldom } from '../../adapters/telemetry/seldom.ts';
import { handledEvents } from '../../application/webhooks/webhook-events.ts';
import { gauge, one } from './gauge.ts';

type Read = (connection: Connection) => Promise<readonly Family[]>;

const byStatus = (counts: ReadonlyMap<string, number>): readonly Sample[] => [...counts].map(([status, value]) => ({ labels: { status }, value }));

const connections: Read = async (connection) => [
  gauge('connections', 'Connections that are known, by status.', byStatus(await countConnections(connection))),
];

const publications: Read = async (connection) => [
  gauge('publications', 'Publications that are known, by status.', byStatus(await countPublications(connection))),
];

const work: Read = async (connection) => {
  const due = await countDueWork(connection);
  return [
    gauge('work_due', 'Items of the work list that are due and that nobody works on, by kind.', due.map(({ kind, count }) => ({ labels: { kind }, value: count }))),
    gauge('work_oldest_due_seconds', 'How long the one of them that has waited longest could have been worked on.', due.map(({ kind, oldestSeconds }) => ({ labels: { kind }, value: oldestSeconds }))),
  ];
};

const webhooks: Read = async (connection) => {
  const { pending, oldestPendingSeconds, unmatched } = await countWebhooks(connection, handledEvents);
  return [
    gauge('webhooks_pending', 'Webhooks that are taken in and wait to be worked on.', one(pending)),
    gauge('webhooks_oldest_pending_seconds', 'How long the oldest of them has waited.', one(oldestPendingSeconds)),
    gauge('webhooks_unmatched', 'Webhooks about publications whose publish_id fits none of ours, kept for 30 days.', one(unmatched)),
  ];
};

const parked =
  (projections: readonly string[]): Read =>
  async (connection) => {
    const counts = await countParked(connection);
    return [gauge('parked_streams', 'Streams that a projection cannot follow past one event.', projections.map((projection) => ({ labels: { projection }, value: counts.get(projection) ?? 0 })))];
  };

/** All that is counted, by name. */
export const countedFigures = ['connections', 'publications', 'work', 'webhooks', 'parked'] as const;
type CountedFigures = (typeof countedFigures)[number];

export type DatabaseFigures = Readonly<{ families: readonly Family[]; unread: readonly string[] }>;

/** What is counted in the database, and what could not be counted now. Costs no statement while the last counts are young. */
export const databaseFigures = (pool: Connection, projections: readonly string[]): (() => Promise<DatabaseFigures>) => {
  const reads: Readonly<Record<CountedFigures, Read>> = { connections, publications, work, webhooks, parked: parked(projections) };
  const counts = countedFigures.map((name) => ({ name, read: seldom(() => reads[name](pool)) }));
  return async () => {
    const read = await Promise.allSettled(counts.map((count) => count.read()));
    return {
      families: read.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
      unread: counts.flatMap(({ name }, index) => (read[index]?.status === 'rejected' ? [name] : [])),
    };
  };
};

