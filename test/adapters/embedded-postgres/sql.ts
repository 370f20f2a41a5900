import pg from 'pg';
import { onTestFinished } from 'vitest';

/** Runs one statement in a session of its own. */
export const query = async (url: string, statement: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
};

export const writeNote = async (url: string, text: string): Promise<void> => {
  await query(url, 'CREATE TABLE IF NOT EXISTS notes (text text NOT NULL)');
  await query(url, `INSERT INTO notes VALUES ('${text}')`);
};

export const notesOf = async (url: string): Promise<readonly unknown[]> =>
  (await query(url, 'SELECT text FROM notes ORDER BY text')).map((row) => row['text']);

/** Opens a session that stays until its server or the test ends it. */
export const openSession = async (url: string): Promise<Readonly<{ pid: number }>> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end().catch(() => undefined));
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return { pid: rows[0]?.pid ?? 0 };
};
