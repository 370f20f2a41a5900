import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { Viewer } from '../ports/connections.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { erasedLives } from './erased-lives.ts';
import { historyEntry, type HistoryEntry } from './history-entry.ts';
import { markOfLife } from './seal-marks.ts';
import { visibleEvents } from './visible-events.ts';

export interface HistoryPorts {
  readonly eventStore: EventStore;
  readonly securityLog: SecurityLog;
}

export type HistoryQuery = Readonly<{
  connectionId: ConnectionId;
  viewer: Viewer;
  /** The first revision to show, from 1. */
  from: number;
  /** Null: to the end. */
  limit: number | null;
}>;

/** `next_from` is the revision to go on from; null when the history ends here. */
export type History = Readonly<{ data: readonly HistoryEntry[]; next_from: number | null }>;

const pageSize = 1_000;

/** Null when there is nothing at all that this viewer may see. */
const readVisible = async (
  eventStore: EventStore,
  stream: StreamName,
  { viewer, from, limit }: HistoryQuery,
): Promise<Result<History | null, Unavailable>> => {
  const erased = await erasedLives(eventStore, stream);
  if (erased.isErr()) return err(erased.error);
  const isVisible = visibleEvents(viewer);
  const data: HistoryEntry[] = [];
  let anything = false;
  // Whose an event is follows from those before it.
  for (let next = viewer.kind === 'service' ? from : 1; ; ) {
    const wanted = limit === null || viewer.kind === 'owner' ? pageSize : Math.min(pageSize, limit - data.length + 1);
    const page = await eventStore.read(stream, next, wanted);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      next = stored.revision + 1;
      if (!isVisible(stored)) continue;
      anything = true;
      if (stored.revision < from) continue;
      if (data.length === limit) return ok({ data, next_from: stored.revision });
      data.push(historyEntry(stored, markOfLife(stored, erased.value)));
    }
    if (page.value.length < wanted) break;
  }
  if (anything || viewer.kind === 'owner') return ok(anything ? { data, next_from: null } : null);
  const first = await eventStore.read(stream, 1, 1);
  return first.map((events) => (events.length === 0 ? null : { data, next_from: null }));
};

/**
 * What happened to a connection, in order. That it was read goes into the security log before anything is answered: a
 * reading that cannot be recorded does not happen.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export const readHistory = async (
  { eventStore, securityLog }: HistoryPorts,
  query: HistoryQuery,
  principal: string,
): Promise<Result<History, ConnectionNotFound | Unavailable>> => {
  const { connectionId } = query;
  const stream = connectionStream(connectionId);
  const history = await readVisible(eventStore, stream, query);
  if (history.isErr()) return err(history.error);
  if (history.value === null) return err({ kind: 'ConnectionNotFound' });
  const logged = await securityLog.record({ kind: 'history_read', detail: { stream }, principal, connectionId });
  return logged.isErr() ? err(logged.error) : ok(history.value);
};
