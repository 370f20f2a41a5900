import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { EndUser } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { Connections } from '../ports/connections.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { disconnect, type DisconnectFailure, type DisconnectPorts } from './disconnect.ts';

export interface UnbindPorts extends DisconnectPorts {
  readonly connections: Connections;
}

/** The user has several accounts connected and did not say which one to unbind. */
export type SeveralConnections = Readonly<{ kind: 'SeveralConnections' }>;

/** More accounts of one user than this are not looked through for a choice that they did not make. */
const pageLimit = 200;

const connectionsOf = async (connections: Connections, user: EndUser): Promise<Result<readonly ConnectionView[], Unavailable>> => {
  const page = await connections.list({
    viewer: { kind: 'owner', userId: user.userId },
    userId: null,
    openId: null,
    statuses: null,
    limit: pageLimit,
    cursor: null,
  });
  if (page.isOk()) return ok(page.value.connections);
  return page.error.kind === 'Unavailable' ? err(page.error) : ok([]);
};

const newest = (connections: readonly ConnectionView[]): ConnectionView | undefined =>
  [...connections].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];

/**
 * Disconnects the named account, or the only one. Answers the unbound connection's id, the last one's again when all
 * are unbound, null when the user never connected any.
 */
export const unbind = async (
  ports: UnbindPorts,
  context: CommandContext,
  user: EndUser,
  connectionId: ConnectionId | null,
): Promise<Result<ConnectionId | null, SeveralConnections | DisconnectFailure>> => {
  const end = async (id: ConnectionId): Promise<Result<ConnectionId, DisconnectFailure>> =>
    (await disconnect(ports, context, user, id)).map(() => id);
  if (connectionId !== null) return end(connectionId);
  const all = await connectionsOf(ports.connections, user);
  if (all.isErr()) return err(all.error);
  const bound = all.value.filter((connection) => connection.status !== 'disconnected');
  const [only, another] = bound;
  if (another !== undefined) return err({ kind: 'SeveralConnections' });
  return only === undefined ? ok(newest(all.value)?.id ?? null) : end(only.id);
};
