import { err, type Result } from 'neverthrow';
import type { ErasureRequester } from '../../domain/connection/events.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { currentLife } from '../reading/connection-record.ts';
import { loadRecord } from '../reading/load-record.ts';
import { renderView } from '../reading/render-view.ts';
import { eraseLives, hasErased, type EraseLivesFailure, type EraseLivesPorts } from './erase-lives.ts';

export interface EraseConnectionPorts extends EraseLivesPorts {
  readonly securityLog: SecurityLog;
  readonly progress: ProjectionProgress;
}

export type EraseFailure = ConnectionNotFound | EraseLivesFailure;

export const projectionWaitMillis = 2_000;

/**
 * Disconnects an account and erases every life of its connection, former owners' too. Answers it as it is then; again,
 * it answers the same.
 * @param principal who asks, for the security log
 */
export const eraseConnection = async (
  ports: EraseConnectionPorts,
  context: CommandContext,
  requestedBy: ErasureRequester,
  principal: string,
  connectionId: ConnectionId,
): Promise<Result<ConnectionView, EraseFailure>> => {
  const known = await loadRecord(ports.eventStore, connectionId);
  if (known.isErr()) return err(known.error);
  if (known.value === null) return err({ kind: 'ConnectionNotFound' });
  const logged = await ports.securityLog.record({ kind: 'erasure_requested', detail: { user_id: null }, principal, connectionId });
  if (logged.isErr()) return err(logged.error);
  const before = await hasErased(ports, context, connectionId);
  if (before.isErr()) return err(before.error);
  if (!before.value) {
    const erased = await eraseLives(ports, context, { connectionId, chosen: { kind: 'all' }, requestedBy });
    if (erased.isErr()) return err(erased.error);
    if (erased.value.checkpoint !== null) await ports.progress.waitFor(erased.value.checkpoint, projectionWaitMillis);
  }
  const after = await loadRecord(ports.eventStore, connectionId);
  if (after.isErr()) return err(after.error);
  const life = after.value === null ? undefined : currentLife(after.value);
  return life === undefined ? err({ kind: 'ConnectionNotFound' }) : renderView(ports.sealer, connectionId, life);
};
