import { z } from 'zod';
import { publicationStatuses, type PublicationStatus } from '../../../application/reading/publication-view.ts';
import { rowsOf, type Connection } from '../database.ts';

const count = {
  name: 'publications.count_by_status',
  text: 'select status, count(*)::integer as count from tiktok_connections.publications group by status',
};

const countRow = z.object({ status: z.enum(publicationStatuses), count: z.number() });

/** How many publications there are in each status, 0 included. Rejects when the database is away. */
export const countPublications = async (connection: Connection): Promise<ReadonlyMap<PublicationStatus, number>> => {
  const counted = new Map((await rowsOf(connection, count, [], countRow)).map((row) => [row.status, row.count]));
  return new Map(publicationStatuses.map((status) => [status, counted.get(status) ?? 0]));
};
