import { collectDefaultMetrics, Registry } from 'prom-client';
import { expositionOf, type Family } from '../../adapters/telemetry/family.ts';
import { seldom } from '../../adapters/telemetry/seldom.ts';
import type { Container } from '../parts.ts';
import { countedFigures, databaseFigures } from './database-figures.ts';
import { gauge, one } from './gauge.ts';
import { replicaFigures } from './replica-figures.ts';

type Collect = () => Promise<string>;

/** By container, so that what is kept between scrapes is kept once. */
const collectors = new WeakMap<Container, Collect>();

const heldBack = (container: Container): (() => Promise<readonly Family[]>) => {
  const { oldestXmin } = container.get('eventStore');
  if (oldestXmin === null) return () => Promise.resolve([]);
  return seldom(async () => {
    const oldest = await oldestXmin();
    if (oldest.isErr()) throw new Error(oldest.error.reason);
    const { seconds, transactions, heldSeconds } = oldest.value;
    return [
      gauge('oldest_write_transaction_seconds', 'Age of the oldest running write transaction of the cluster, which holds the feed back.', one(seconds ?? 0)),
      gauge('oldest_write_transaction_distance', 'Transactions begun since the oldest one of the cluster that still runs.', one(transactions)),
      gauge('feed_held_back_seconds', 'How long the first event that is stored and not yet shown to the feed has waited behind it.', one(heldSeconds)),
    ];
  });
};

const collectorOf = (container: Container): Collect => {
  const process = new Registry();
  collectDefaultMetrics({ register: process });
  const counted = databaseFigures(container.get('pool'), container.get('projectorList').map(({ name }) => name));
  const held = heldBack(container);
  return async () => {
    const [ofProcess, ofDatabase, ofFeed] = await Promise.all([process.metrics(), counted(), held().catch(() => null)]);
    const unread = new Set([...ofDatabase.unread, ...(ofFeed === null ? ['feed'] : [])]);
    const failures = [...countedFigures, 'feed'].map((figures) => ({ labels: { figures }, value: unread.has(figures) ? 1 : 0 }));
    const ours = [
      ...container.get('tallies').read(),
      ...replicaFigures(container),
      ...ofDatabase.families,
      ...(ofFeed ?? []),
      gauge('figures_unread', '1 where figures are missing from this answer: the database did not give them.', failures),
    ];
    return `${ofProcess}\n${expositionOf(ours)}`;
  };
};

/** What this replica measures of itself, in Prometheus' text format. Answers without the database too. */
export const collectMetrics = (container: Container): Promise<string> => {
  const collect = collectors.get(container) ?? collectorOf(container);
  collectors.set(container, collect);
  return collect();
};
