import type { Statement } from '../database.ts';
import { publicationColumns } from './publication-row.ts';

const table = 'tiktok_connections.publications';
const columns = publicationColumns.join(', ');

/** `$1` the publication, `$2` the owner who looks, or null for a service. */
export const byId: Statement = {
  name: 'publications.by_id',
  text: `select ${columns} from ${table} where publication_id = $1 and ($2::text is null or user_id = $2)`,
};

/** `$1` what is asked for; each that is known, with the first publication that has it. */
export const byPublishIds: Statement = {
  name: 'publications.by_publish_ids',
  text: `select w.publish_id, p.publication_id from unnest($1::text[]) as w (publish_id)
    cross join lateral (select publication_id from ${table} where publish_id = w.publish_id order by created_at limit 1) as p`,
};

/** `$1` connections, in any order. */
export const unanswered: Statement = {
  name: 'publications.unanswered',
  text: `select connection_id, publication_id from ${table} where connection_id = any($1::uuid[]) and unanswered order by created_at, publication_id`,
};

export const claimed: Statement = {
  name: 'publications.claimed',
  text: `select post_id from ${table}, unnest(post_ids) as post_id where connection_id = $1 and post_ids && $2::text[] and post_id = any($2::text[])`,
};

export type PageShape = Readonly<{ owner: boolean; connection: boolean; after: boolean }>;

/** `$1` statuses, `$2` limit, then, where the shape has them, owner, connection, and the position's time and id. */
export const page = ({ owner, connection, after }: PageShape): Statement => {
  const connectionAt = owner ? 4 : 3;
  const afterAt = connectionAt + (connection ? 1 : 0);
  const conditions = [
    'status = wanted.status',
    ...(owner ? ['user_id = $3'] : []),
    ...(connection ? [`connection_id = $${connectionAt}`] : []),
    ...(after ? [`(created_at, publication_id) < ($${afterAt}::timestamptz, $${afterAt + 1}::uuid)`] : []),
  ].join(' and ');
  // A page of each status, each from its index in its order: what lies beyond the page is never read.
  return {
    name: `publications.page${owner ? '.owner' : ''}${connection ? '.connection' : ''}${after ? '.after' : ''}`,
    text: `select page.* from unnest($1::text[]) as wanted (status) cross join lateral (
        select ${columns} from ${table} where ${conditions} order by created_at desc, publication_id desc limit $2) as page
      order by page.created_at desc, page.publication_id desc limit $2`,
  };
};
