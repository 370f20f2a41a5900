import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { historyEntry, type HistoryEntry } from './history-entry.ts';

export interface HistoryPorts {
  readonly eventStore: EventStore;
  readonly securityLog: SecurityLog;
}

export type HistoryQuery = Readonly<{
  connectionId: ConnectionId;
  /** The first revision to show, from 1. */
  from: number;
  /** Null: to the end. */
  limit: number | null;
}>;

/** `next_from` is the revision to go on from; null when the history ends here. */
export type History = Readonly<{ data: readonly HistoryEntry[]; next_from: number | null }>;

const pageSize = 1_000;

/**
 * What happened to a connection, in order. That it was read goes into the security log first: a reading that cannot be
 * recorded does not happen.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export const readHistory = async (
  { eventStore, securityLog }: HistoryPorts,
  { connectionId, from, limit }: HistoryQuery,
  principal: string,
): Promise<Result<History, ConnectionNotFound | Unavailable>> => {
  const stream = connectionStream(connectionId);
  const first = await eventStore.read(stream, 1, 1);
  if (first.isErr()) return err(first.error);
  if (first.value.length === 0) return err({ kind: 'ConnectionNotFound' });
  const logged = await securityLog.record({ kind: 'history_read', detail: { stream }, principal, connectionId });
  if (logged.isErr()) return err(logged.error);

  const data: HistoryEntry[] = [];
  for (let next = from; ; ) {
    const wanted = limit === null ? pageSize : Math.min(pageSize, limit - data.length + 1);
    const page = await eventStore.read(stream, next, wanted);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (data.length === limit) return ok({ data, next_from: stored.revision });
      data.push(historyEntry(stored));
      next = stored.revision + 1;
    }
    if (page.value.length < wanted) return ok({ data, next_from: null });
  }
};
