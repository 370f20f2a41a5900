import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { Checkpoint } from '../ports/event-names.ts';
import type { CheckpointOfAnotherStore } from '../ports/event-store.ts';
import { allStreams, feedEntry, type FeedEntry } from './feed-entry.ts';
import type { HistoryPorts } from './history.ts';

/** `next_after` is the checkpoint to go on behind; null when nothing more can be read now. */
export type FeedPage = Readonly<{ data: readonly FeedEntry[]; next_after: Checkpoint | null }>;

export type FeedQuery = Readonly<{
  /** Null begins at the first event ever. */
  after: Checkpoint | null;
  /** 1 to 200. */
  limit: number;
  signal: AbortSignal;
}>;

const readBatch = async (
  { eventStore }: HistoryPorts,
  { after, limit, signal }: FeedQuery,
): Promise<Result<FeedPage, Unavailable | CheckpointOfAnotherStore>> => {
  let reached = after;
  for await (const batch of eventStore.feed({ after, streamPrefixes: [], batchSize: limit, live: false, signal })) {
    if (batch.isErr()) return err(batch.error);
    const { events, checkpoint, caughtUp } = batch.value;
    if (events.length > 0) return ok({ data: events.map(feedEntry), next_after: caughtUp ? null : checkpoint });
    // What an older transaction holds back is for a later page: nobody waits for it here.
    if (caughtUp || checkpoint === reached) break;
    reached = checkpoint;
  }
  return ok({ data: [], next_after: null });
};

/**
 * A page of everything that happened, in the one order of all streams. The reading goes into the security log.
 * @param principal who reads, for the security log
 */
export const readFeedPage = async (
  ports: HistoryPorts,
  query: FeedQuery,
  principal: string,
): Promise<Result<FeedPage, Unavailable | CheckpointOfAnotherStore>> => {
  const page = await readBatch(ports, query);
  if (page.isErr()) return err(page.error);
  const logged = await ports.securityLog.record({ kind: 'history_read', detail: { stream: allStreams }, principal, connectionId: null });
  return logged.isErr() ? err(logged.error) : ok(page.value);
};
