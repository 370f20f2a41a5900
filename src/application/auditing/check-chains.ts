import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import { readAhead } from '../execution/read-ahead.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { CheckpointOfAnotherStore, StoredEvent } from '../ports/event-store.ts';
import type { HeadCheck } from './check-heads.ts';
import { checkChain, type ChainPorts } from './check-chain.ts';
import { checkLink, type ChainLink } from './chain-link.ts';
import type { Findings } from './difference.ts';

export type ChainReport = Readonly<{ events: number; streams: number }>;

export type ChainFailure = Unavailable | CheckpointOfAnotherStore;

export type Watch = Readonly<{ signal: AbortSignal; progress: (events: number) => void }>;

const batchSize = 1_000;

/** One pass in feed order: what it saw of each stream so far. */
const createWalk = ({ eventChain }: ChainPorts, findings: Findings) => {
  const links = new Map<StreamName, ChainLink>();
  const altered = new Map<StreamName, number[]>();
  const irregular = new Set<StreamName>();
  return {
    links,
    altered,
    irregular,
    take: (event: StoredEvent): void => {
      const { stream, revision } = event;
      const behind = links.get(stream) ?? null;
      const expected = (behind?.revision ?? 0) + 1;
      if (revision < expected) findings.add({ kind: 'event_out_of_order', stream, revision });
      if (revision !== expected) irregular.add(stream);
      if (irregular.size > 0 && irregular.has(stream)) {
        links.set(stream, { revision: Math.max(revision, expected - 1), stored: event.hash, computed: event.hash });
        return;
      }
      const checked = checkLink(eventChain, behind, event);
      links.set(stream, checked.link);
      if (!checked.altered) return;
      const before = altered.get(stream);
      if (before === undefined) altered.set(stream, [revision]);
      else before.push(revision);
    },
  };
};

/**
 * Checks every stream of the store in one pass over the feed, with one link per stream in memory. A stream whose
 * revisions do not come one after the other is read again by itself, in their order.
 */
export const checkChains = async (
  ports: ChainPorts,
  findings: Findings,
  heads: HeadCheck,
  { signal, progress }: Watch,
): Promise<Result<ChainReport, ChainFailure>> => {
  const walk = createWalk(ports, findings);
  let events = 0;
  for await (const batch of readAhead(ports.eventStore.feed({ after: null, streamPrefixes: [], batchSize, live: false, signal }))) {
    if (batch.isErr()) return err(batch.error);
    batch.value.events.forEach(walk.take);
    batch.value.events.forEach(heads.see);
    events += batch.value.events.length;
    progress(events);
  }
  for (const [stream, revisions] of walk.altered) {
    if (!walk.irregular.has(stream)) revisions.forEach((revision) => findings.add({ kind: 'event_altered', stream, revision }));
  }
  for (const stream of walk.irregular) {
    const checked = await checkChain(ports, stream, findings);
    if (checked.isErr()) return err(checked.error);
  }
  return ok({ events, streams: walk.links.size });
};
