import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { appendEvents, appendOne, appendTogether, valuesOfOne, valuesOfSeveral, valuesOfTogether } from '../../../src/adapters/event-store/postgres/append-statements.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { toAppend } from '../../support/sample-events.ts';

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
  /** Appends one event behind an empty stream, with the statement for one event or with that for several. */
  append: (stream: StreamName, how: 'one' | 'several') => Promise<void>;
  /** Appends one event behind each of several empty streams, with the statement for appends that came together. */
  appendTogether: (streams: readonly StreamName[]) => Promise<void>;
  commit: () => Promise<void>;
  rollback: () => Promise<void>;
  end: () => Promise<void>;
}>;

const firstOf = (stream: StreamName) => {
  const [encoded] = createEventCodec().encode(stream, emptyHead, [toAppend()]);
  if (encoded === undefined) throw new Error('nothing was encoded');
  return { stream, head: emptyHead, entry: encoded.entry };
};

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
    append: async (stream, how) => {
      const one = firstOf(stream);
      if (how === 'one') await run(appendOne.text, valuesOfOne(one));
      else await run(appendEvents.text, valuesOfSeveral(stream, emptyHead, [one.entry]));
    },
    appendTogether: (streams) => run(appendTogether.text, valuesOfTogether(streams.map((stream) => ({ stream, head: emptyHead, entries: [firstOf(stream).entry] })))),
    commit: () => run('commit'),
    rollback: () => run('rollback'),
    end: () => client.end(),
  };
};
