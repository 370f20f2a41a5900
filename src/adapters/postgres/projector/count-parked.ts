import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';

const count = {
  name: 'parked_streams.count',
  text: `select projection, count(*)::integer as count from tiktok_connections.parked_streams where copy = 'live' group by projection`,
};

const countRow = z.object({ projection: z.string(), count: z.number() });

/** How many streams each projection has parked; those that have none are left out. Rejects when the database is away. */
export const countParked = async (connection: Connection): Promise<ReadonlyMap<string, number>> =>
  new Map((await rowsOf(connection, count, [], countRow)).map((row) => [row.projection, row.count]));
