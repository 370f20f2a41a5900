import type { ConnectionQuery } from '../../../application/ports/connections.ts';
import type { Statement } from '../database.ts';
import { profileColumnNames } from './connection-row.ts';

const table = 'tiktok_connections.connections';

export const viewColumns = `connection_id, user_id, status, scopes, access_token_expires_at, refresh_token_expires_at,
  reauthorization_reason, connected_at, updated_at, revision, ${profileColumnNames}`;

/** `$1` the connection, `$2` the owner who looks, or null for a service. */
export const byId: Statement = {
  name: 'connections.by_id',
  text: `select ${viewColumns} from ${table}
    where connection_id = $1 and case when $2::text is null then current_owner else user_id = $2 end`,
};

/** `$1` the connections; what a service sees of each. */
export const byIds: Statement = {
  name: 'connections.by_ids',
  text: `select ${viewColumns} from ${table} where current_owner and connection_id = any($1::uuid[])`,
};

/** `statuses`: whether only some are wanted. The index of one user's list begins with the status: name them all for it. */
export type PageShape = Readonly<{ viewer: ConnectionQuery['viewer']['kind']; statuses: boolean; user: boolean; openId: boolean; after: boolean }>;

/** `$1` limit, then, where the shape has them, statuses, user, open_id, and the position's time and id. */
export const page = ({ viewer, statuses, user, openId, after }: PageShape): Statement => {
  // A user's list is ordered by when they first had the account, the list of all by when anyone first had it.
  const order = user ? 'first_connected_at' : 'connection_first_connected_at';
  const numbers = [statuses, user, openId, after].map((given, index, all) => (given ? 2 + all.slice(0, index).filter(Boolean).length : 0));
  const [statusesAt = 0, userAt = 0, openIdAt = 0, afterAt = 0] = numbers;
  const conditions = [
    ...(viewer === 'service' ? ['current_owner'] : []),
    ...(user ? [`user_id = $${userAt}`] : []),
    ...(after ? [`(${order}, connection_id) < ($${afterAt}::timestamptz, $${afterAt + 1}::uuid)`] : []),
  ];
  const where = (...first: readonly string[]): string => `where ${[...first, ...conditions].join(' and ')}`;
  const columns = `${viewColumns}, ${order} as listed_at`;
  const parts = [viewer, ...(statuses ? ['statuses'] : []), ...(user ? ['user'] : []), ...(openId ? ['open_id'] : []), ...(after ? ['after'] : [])];
  const name = `connections.page.${parts.join('.')}`;
  const newestFirst = `order by ${order} desc, connection_id desc limit $1`;
  // An account has few rows: they are looked up by it and then judged.
  if (openId) {
    const account = `with account as materialized (select * from ${table} where open_id = $${openIdAt})`;
    return { name, text: `${account} select ${columns} from account ${where(...(statuses ? [`status = any($${statusesAt}::text[])`] : []))} ${newestFirst}` };
  }
  // The list of all stands in one index, in its order. Only this statement says what is true of every life, as that index
  // does: a planner that could take it for a page of one status would read past all the others.
  if (!statuses) return { name, text: `select ${columns} from ${table} ${where('life > 0')} ${newestFirst}` };
  // A page of each status, each from its index in its order: what lies beyond the page is never read.
  return {
    name,
    text: `select page.* from unnest($${statusesAt}::text[]) as wanted (status) cross join lateral (
        select ${columns} from ${table} ${where('status = wanted.status')} ${newestFirst}) as page
      order by page.listed_at desc, page.connection_id desc limit $1`,
  };
};
