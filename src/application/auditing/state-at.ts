import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import type { LoadFailure, UnreadableHistory } from '../execution/load.ts';
import { readPages } from '../execution/read-pages.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Viewer } from '../ports/connections.ts';
import type { EventStore, RecordedEvent, StoredEvent } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { evolveRecord, type ConnectionRecord } from '../reading/connection-record.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { lifeSeenBy, renderView } from '../reading/render-view.ts';
import { hasHappenedBy, type Moment } from './moment.ts';

export interface StateAtPorts {
  readonly eventStore: EventStore;
  readonly sealer: Sealer;
  readonly securityLog: SecurityLog;
}

/** Small, so that what one page leaves behind is swept up before the next; large enough to be a statement of its own. */
const pageSize = 300;

/** The fold up to a moment, and what was erased since. */
interface Replay {
  record: ConnectionRecord | null;
  readonly erased: Set<number>;
  /** Whether an event has come that had not happened by then. */
  later: boolean;
}

/** What was erased later is gone for every moment, also before its key is, so all is read. */
const take = (replay: Replay, id: ConnectionId, hasHappened: (event: RecordedEvent) => boolean, stored: StoredEvent): Result<void, UnreadableHistory> => {
  if (stored.readable && stored.event.type === 'PersonalDataErased') stored.event.data.lives.forEach((life) => replay.erased.add(life));
  if (replay.later) return ok(undefined);
  if (!stored.readable) return err({ kind: 'UnreadableHistory', stream: stored.stream, revision: stored.revision, reason: stored.reason });
  replay.later = !hasHappened(stored);
  if (!replay.later) replay.record = evolveRecord(replay.record, id, stored);
  return ok(undefined);
};

/**
 * The connection as it was, rebuilt from its events; fields that were erased since are null. The reading goes into the
 * security log, as for the history itself. `ConnectionNotFound` before its first event.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export const stateAt = async (
  { eventStore, sealer, securityLog }: StateAtPorts,
  query: Readonly<{ connectionId: ConnectionId; moment: Moment; viewer: Viewer }>,
  principal: string,
): Promise<Result<ConnectionView, ConnectionNotFound | LoadFailure>> => {
  const { connectionId, moment, viewer } = query;
  const stream = connectionStream(connectionId);
  const hasHappened = hasHappenedBy(moment);
  const replay: Replay = { record: null, erased: new Set(), later: false };
  let logging: ReturnType<SecurityLog['record']> | null = null;
  for await (const page of readPages(eventStore, stream, pageSize)) {
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      const taken = take(replay, connectionId, hasHappened, stored);
      if (taken.isErr()) return err(taken.error);
    }
    // Written while the rest of a long history is read: whoever sees a life now sees one in the end.
    if (replay.record !== null && lifeSeenBy(replay.record, viewer) !== undefined) {
      logging ??= securityLog.record({ kind: 'history_read', detail: { stream }, principal, connectionId });
    }
  }
  const life = replay.record === null ? undefined : lifeSeenBy(replay.record, viewer);
  if (life === undefined || logging === null) return err({ kind: 'ConnectionNotFound' });
  const [logged, view] = await Promise.all([logging, renderView(sealer, connectionId, { ...life, erased: life.erased || replay.erased.has(life.life) })]);
  return logged.isErr() ? err(logged.error) : view;
};
