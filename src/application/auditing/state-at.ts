import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import type { LoadFailure } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Viewer } from '../ports/connections.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
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

/** Events read at once: most histories are one reading. */
const pageSize = 2_000;

type Replayed = Readonly<{ record: ConnectionRecord | null; erased: ReadonlySet<number> }>;

/** The fold up to a moment. What was erased later is gone for every moment, also before its key is, so all is read. */
const replay = async (
  eventStore: EventStore,
  id: ConnectionId,
  hasHappened: (event: RecordedEvent) => boolean,
): Promise<Result<Replayed, LoadFailure>> => {
  const stream = connectionStream(id);
  const erased = new Set<number>();
  let record: ConnectionRecord | null = null;
  let later = false;
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (stored.readable && stored.event.type === 'PersonalDataErased') stored.event.data.lives.forEach((life) => erased.add(life));
      if (later) continue;
      if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision: stored.revision, reason: stored.reason });
      later = !hasHappened(stored);
      if (!later) record = evolveRecord(record, id, stored);
    }
    if (page.value.length < pageSize) return ok({ record, erased });
  }
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
  const replayed = await replay(eventStore, connectionId, hasHappenedBy(moment));
  if (replayed.isErr()) return err(replayed.error);
  const { record, erased } = replayed.value;
  const life = record === null ? undefined : lifeSeenBy(record, viewer);
  if (life === undefined) return err({ kind: 'ConnectionNotFound' });
  const detail = { stream: connectionStream(connectionId) };
  const logging = securityLog.record({ kind: 'history_read', detail, principal, connectionId });
  const [logged, view] = await Promise.all([logging, renderView(sealer, connectionId, { ...life, erased: life.erased || erased.has(life.life) })]);
  return logged.isErr() ? err(logged.error) : view;
};
