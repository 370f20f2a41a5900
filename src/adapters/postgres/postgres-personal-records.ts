import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { PersonalRecords } from '../../application/ports/personal-records.ts';
import { connectionStreams } from '../../application/execution/streams.ts';
import { checkpoint } from '../../application/ports/event-names.ts';
import type { PastLife } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { profileColumns } from './connections/connection-row.ts';
import { ask, inTransaction, nothing, rowsOf, type Connection } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { lockState } from './projector/projection-state.ts';
import { nextName } from './projector/projection-tables.ts';
import { connectionIdColumn } from './row-types.ts';

const projection = 'connections';

const candidates = {
  name: 'personal_records.connections_of',
  text: `select p.checkpoint, array(
      select connection_id::text from tiktok_connections.connections where user_id = $1
      union select substr(stream, length($2) + 1) from tiktok_connections.parked_streams
        where projection = '${projection}' and copy = 'live' and starts_with(stream, $2)) as ids
    from tiktok_connections.projections p where p.projection = '${projection}' and p.copy = 'live'`,
};
const candidatesRow = z
  .object({ checkpoint: z.string().transform(checkpoint).nullable(), ids: z.array(connectionIdColumn) })
  .transform(({ ids, checkpoint: upTo }) => ({ ids, upTo }));

const forgetUser = {
  name: 'personal_records.forget_user',
  text: `with flows as (delete from tiktok_connections.authorization_attempts where user_id = $1),
      links as (delete from tiktok_connections.connect_sessions where user_id = $1)
    delete from tiktok_connections.idempotency_records
    where position(' user:' in scope) > 0 and substr(scope, position(' user:' in scope) + 6) = $1`,
};

// A request to erase is told from its repeats for as long as any other.
const forgetRequests = {
  name: 'personal_records.forget_requests',
  text: `with flows as (delete from tiktok_connections.authorization_attempts where user_id = $2 and consumed_at is not null),
      links as (delete from tiktok_connections.connect_sessions where user_id = $2 and redeemed_at is not null)
    delete from tiktok_connections.idempotency_records where resource = $1 and scope !~ '/erase (user:|service)'`,
};

const stands = { name: 'personal_records.stands', text: 'select to_regclass($1) is not null and to_regclass($2) is not null as stands' };
const standsRow = z.object({ stands: z.boolean() });

const noProfile = Object.keys(profileColumns).map((column) => `${column} = null`).join(', ');

type Tables = Readonly<{ copy: 'live' | 'next'; connections: string; forSqlReaders: string }>;

const copies: readonly Tables[] = [
  { copy: 'live', connections: 'tiktok_connections.connections', forSqlReaders: 'public.user_tiktok_connections' },
  {
    copy: 'next',
    connections: `tiktok_connections.${nextName('connections')}`,
    forSqlReaders: `tiktok_connections.${nextName('user_tiktok_connections')}`,
  },
];

const forgetProfile = ({ copy, connections, forSqlReaders }: Tables) => ({
  name: `personal_records.forget_profile.${copy}`,
  text: `with shown as (
      update ${connections} set ${noProfile}, profile_state = 'erased'
      where connection_id = $1 and user_id = $2 and life = $3 returning connection_id, current_owner
    )
    delete from ${forSqlReaders} t using shown where t.id = shown.connection_id and shown.current_owner`,
});

/** Rows of projections that nobody drives now: a rebuild left lying, or a stream that a projection cannot follow. */
const forgetShown = async (client: Connection, connectionId: ConnectionId, { life, userId }: PastLife): Promise<void> => {
  for (const tables of copies) {
    await lockState(client, projection, tables.copy);
    const [found] = await rowsOf(client, stands, [tables.connections, tables.forSqlReaders], standsRow);
    if (found?.stands === true) await rowsOf(client, forgetProfile(tables), [connectionId, userId, life], nothing);
  }
};

export const createPersonalRecords = (pool: pg.Pool): PersonalRecords => ({
  connectionsOf: (userId) =>
    ask(pool, candidates, [userId, connectionStreams], candidatesRow).map(([found]) => found ?? { ids: [], upTo: null }),
  forgetUser: (userId) => ask(pool, forgetUser, [userId], nothing).map(() => undefined),
  forgetLife: (connectionId, life) =>
    ResultAsync.fromPromise(
      inTransaction(pool, async (client) => {
        await forgetShown(client, connectionId, life);
        await rowsOf(client, forgetRequests, [connectionId, life.userId], nothing);
      }),
      databaseUnavailable,
    ),
});
