import { err, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import type { LoadFailure } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Viewer } from '../ports/connections.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { loadRecord } from '../reading/load-record.ts';
import { lifeSeenBy, renderView } from '../reading/render-view.ts';
import { erasedLives } from './erased-lives.ts';
import { hasHappenedBy, type Moment } from './moment.ts';

export interface StateAtPorts {
  readonly eventStore: EventStore;
  readonly sealer: Sealer;
  readonly securityLog: SecurityLog;
}

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
  const record = await loadRecord(eventStore, connectionId, hasHappenedBy(moment));
  if (record.isErr()) return err(record.error);
  const life = record.value === null ? undefined : lifeSeenBy(record.value, viewer);
  if (life === undefined) return err({ kind: 'ConnectionNotFound' });
  const detail = { stream: connectionStream(connectionId) };
  const logged = await securityLog.record({ kind: 'history_read', detail, principal, connectionId });
  if (logged.isErr()) return err(logged.error);
  // What was erased later is gone for every moment, also before its key is.
  const erased = await erasedLives(eventStore, connectionStream(connectionId));
  if (erased.isErr()) return err(erased.error);
  return renderView(sealer, connectionId, { ...life, erased: life.erased || erased.value.has(life.life) });
};
