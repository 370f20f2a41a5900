import { connectionColumns } from './connection-row.ts';

export const selectRows = (table: string, columns: readonly string[]): string =>
  `select ${columns.join(', ')} from ${table} where connection_id = any($1::uuid[])`;

const types: Readonly<Record<string, string>> = {
  connection_id: 'uuid',
  current_owner: 'boolean',
  life: 'integer',
  revision: 'integer',
  scopes: 'text[]',
  access_token_expires_at: 'timestamptz',
  refresh_token_expires_at: 'timestamptz',
  connected_at: 'timestamptz',
  first_connected_at: 'timestamptz',
  connection_first_connected_at: 'timestamptz',
  updated_at: 'timestamptz',
};

const columns = connectionColumns.join(', ');
const typedColumns = connectionColumns.map((column) => `${column} ${types[column] ?? 'text'}`).join(', ');
const overwrite = connectionColumns
  .filter((column) => column !== 'connection_id' && column !== 'user_id')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** Both tables in one statement; `$1` is a JSON list of rows of `connections`, each with `shown_to_sql_readers`. */
export const writeRows = (tables: Readonly<{ connections: string; forSqlReaders: string }>): string => `
  with changed as (
    select * from json_to_recordset($1::json) as c (${typedColumns}, shown_to_sql_readers boolean)
  ), kept as (
    insert into ${tables.connections} (${columns}) select ${columns} from changed
    on conflict (connection_id, user_id) do update set ${overwrite}
  ), gone as (
    delete from ${tables.forSqlReaders} t using changed c
    where t.id = c.connection_id and c.current_owner and not c.shown_to_sql_readers
  )
  insert into ${tables.forSqlReaders} (id, user_id, tiktok_open_id, tiktok_union_id, display_name, avatar_url,
    access_token, refresh_token, token_expires_at, scope, created_at, updated_at)
  select connection_id, user_id, open_id, union_id, display_name, avatar_url,
    sealed_access_token, sealed_refresh_token, access_token_expires_at, array_to_string(scopes, ','), connected_at, updated_at
  from changed where shown_to_sql_readers
  on conflict (id) do update set user_id = excluded.user_id, tiktok_open_id = excluded.tiktok_open_id,
    tiktok_union_id = excluded.tiktok_union_id, display_name = excluded.display_name, avatar_url = excluded.avatar_url,
    access_token = excluded.access_token, refresh_token = excluded.refresh_token,
    token_expires_at = excluded.token_expires_at, scope = excluded.scope,
    created_at = excluded.created_at, updated_at = excluded.updated_at`;
