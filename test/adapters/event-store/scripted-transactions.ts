import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';

const insert = `
  insert into tiktok_connections.events (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
  values ($1, $2, $3, 'Disconnected', 1, '2026-01-02T03:04:05.678Z', '{}', '{}', repeat('0', 64))`;

/** One session whose transaction is moved on step by step: the steps of an append, held apart. */
export type ScriptedTransaction = Readonly<{
  begin: () => Promise<void>;
  /** Does what an append does once the stream's lock is held. */
  insert: (stream: string, revision: number) => Promise<string>;
  /** Writes something that is no event, which gives the transaction its id. */
  writeElsewhere: () => Promise<void>;
  /** Calls `append_events` with one event behind an empty stream. */
  append: (stream: string) => Promise<void>;
  commit: () => Promise<void>;
  rollback: () => Promise<void>;
  end: () => Promise<void>;
}>;

export const openTransaction = async (url: string): Promise<ScriptedTransaction> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const run = async (text: string, values: unknown[] = []): Promise<void> => {
    await client.query(text, values);
  };
  return {
    begin: () => run('begin'),
    insert: async (stream, revision) => {
      await run(insert, [stream, revision, randomUUID()]);
      return `${stream}/${revision}`;
    },
    writeElsewhere: () => run('select pg_current_xact_id()'),
    append: (stream) =>
      run(
        `select tiktok_connections.append_events($1, 0, '', array[$2::uuid], array['Disconnected'], array[1],
          array['2026-01-02T03:04:05.678Z'], array['{}'], array['{}'], array[repeat('0', 64)])`,
        [stream, randomUUID()],
      ),
    commit: () => run('commit'),
    rollback: () => run('rollback'),
    end: () => client.end(),
  };
};

const fedRows = z.array(z.object({ xid: z.string(), position: z.string(), event: z.string() }));

/** A reader that keeps a checkpoint of its own making between polls. */
export type Reader = Readonly<{ poll: () => Promise<readonly string[]>; seen: () => readonly string[] }>;

type Naive = Readonly<{ readable: string; order: string; checkpointOf: (row: { xid: string; position: string }) => unknown[]; first: unknown[] }>;

const naiveReader = (pool: pg.Pool, { readable, order, checkpointOf, first }: Naive): Reader => {
  const seen: string[] = [];
  let after = first;
  return {
    seen: () => seen,
    poll: async () => {
      const text = `select xid, position, stream || '/' || revision as event from tiktok_connections.events where ${readable} order by ${order}`;
      const rows = fedRows.parse((await pool.query(text, after)).rows);
      const last = rows.at(-1);
      if (last !== undefined) after = checkpointOf(last);
      seen.push(...rows.map(({ event }) => event));
      return rows.map(({ event }) => event);
    },
  };
};

/** Takes the order of a sequence for the order of commits. */
export const readerByPosition = (pool: pg.Pool): Reader =>
  naiveReader(pool, { readable: 'position > $1', order: 'position', checkpointOf: ({ position }) => [position], first: ['0'] });

/** Sorts as it should, and waits for older transactions, but remembers only half of where it was. */
export const readerByXidWithPositionAlone = (pool: pg.Pool): Reader =>
  naiveReader(pool, {
    readable: 'position > $1 and xid < pg_snapshot_xmin(pg_current_snapshot())',
    order: 'xid, position',
    checkpointOf: ({ position }) => [position],
    first: ['0'],
  });
