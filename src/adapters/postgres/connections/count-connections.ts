import { z } from 'zod';
import { connectionStatuses, type ConnectionStatus } from '../../../application/reading/connection-view.ts';
import { rowsOf, type Connection } from '../database.ts';

const count = {
  name: 'connections.count_by_status',
  text: 'select status, count(*)::integer as count from tiktok_connections.connections where current_owner group by status',
};

const countRow = z.object({ status: z.enum(connectionStatuses), count: z.number() });

/** How many connections there are in each status, 0 included: a look at every one of them. Rejects when the database is away. */
export const countConnections = async (connection: Connection): Promise<ReadonlyMap<ConnectionStatus, number>> => {
  const counted = new Map((await rowsOf(connection, count, [], countRow)).map((row) => [row.status, row.count]));
  return new Map(connectionStatuses.map((status) => [status, counted.get(status) ?? 0]));
};
