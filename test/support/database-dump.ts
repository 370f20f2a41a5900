import pg from 'pg';
import { z } from 'zod';

const names = z.array(z.object({ name: z.string() }));
const texts = z.array(z.object({ text: z.string() }));

export type DumpedTable = Readonly<{ table: string; text: string }>;

/** Every row of every table of the database as text, PostgreSQL's own among them. @param url of a superuser */
export const dumpDatabase = async (url: string): Promise<readonly DumpedTable[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("select format('%I.%I', schemaname, tablename) as name from pg_tables union select 'pg_stat_activity'");
    const dumped: DumpedTable[] = [];
    for (const { name } of names.parse(found.rows)) {
      const { rows } = await client.query(`select t::text as text from ${name} t`);
      dumped.push({ table: name, text: texts.parse(rows).map(({ text }) => text).join('\n') });
    }
    return dumped;
  } finally {
    await client.end();
  }
};
