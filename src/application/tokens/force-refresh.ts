import { err, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { viewerOf, type Principal } from '../execution/principal.ts';
import { currentLife } from '../reading/connection-record.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { loadRecord } from '../reading/load-record.ts';
import { lifeSeenBy, renderView } from '../reading/render-view.ts';
import { ensureRefreshed, type FreshTokenPorts } from './fresh-access-token.ts';
import type { RefreshFailure } from './refresh-tokens.ts';

/** Refreshes the tokens now, however long they would still live, and answers the connection as it is then. */
export const forceRefresh = async (
  ports: FreshTokenPorts,
  context: CommandContext,
  principal: Principal,
  connectionId: ConnectionId,
): Promise<Result<ConnectionView, RefreshFailure>> => {
  const viewer = viewerOf(principal);
  const before = await loadRecord(ports.eventStore, connectionId);
  if (before.isErr()) return err(before.error);
  const life = before.value === null ? undefined : lifeSeenBy(before.value, viewer);
  if (before.value === null || life === undefined) return err({ kind: 'ConnectionNotFound' });
  if (life.status === 'disconnected' || life !== currentLife(before.value)) return err({ kind: 'NotConnected' });
  const refreshed = await ensureRefreshed(ports, context, connectionId, { kind: 'forced' });
  if (refreshed.isErr()) return err(refreshed.error);
  const after = await loadRecord(ports.eventStore, connectionId);
  if (after.isErr()) return err(after.error);
  const now = after.value === null ? undefined : lifeSeenBy(after.value, viewer);
  return renderView(ports.sealer, connectionId, now ?? life);
};
