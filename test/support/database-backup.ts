import pg from 'pg';
import { z } from 'zod';

const names = z.array(z.object({ name: z.string() }));
const texts = z.array(z.object({ text: z.string() }));

/** Every row of every table of ours, by table; what `pg_dump --data-only` would hold. */
export type DatabaseBackup = ReadonlyMap<string, readonly string[]>;

export const eventsTable = 'tiktok_connections.events';

const ours = `select format('%I.%I', schemaname, tablename) as name from pg_tables
  where schemaname = 'tiktok_connections' or (schemaname, tablename) = ('public', 'user_tiktok_connections')`;

const connected = async <Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** As of one moment, also beside a running service. */
export const backUpDatabase = (url: string): Promise<DatabaseBackup> =>
  connected(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const backup = new Map<string, readonly string[]>();
    for (const { name } of names.parse((await client.query(ours)).rows)) {
      backup.set(name, texts.parse((await client.query(`select t::text as text from ${name} t`)).rows).map(({ text }) => text));
    }
    return backup;
  });

const sequences = `select format('%I.%I', s.schemaname, s.sequencename) as name,
    format('select setval(%L, (select coalesce(max(%I), 0) + 1 from %s), false)', format('%I.%I', s.schemaname, s.sequencename), a.attname, d.refobjid::regclass) as text
  from pg_sequences s join pg_depend d on d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass and d.refobjsubid > 0
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where s.schemaname = 'tiktok_connections'`;

/** Puts the rows of a backup in the place of what stands in a migrated database. @param isWanted which tables; all by default */
export const restoreDatabase = (url: string, backup: DatabaseBackup, isWanted: (table: string) => boolean = () => true): Promise<void> =>
  connected(url, async (client) => {
    await client.query('begin; set local session_replication_role = replica');
    for (const [table, rows] of backup) {
      if (!isWanted(table)) continue;
      await client.query(`delete from ${table}`);
      await client.query(`insert into ${table} overriding system value select (row_text::${table}).* from unnest($1::text[]) as row_text`, [rows]);
    }
    for (const { text } of texts.parse((await client.query(sequences)).rows)) await client.query(text);
    await client.query('commit');
  });
