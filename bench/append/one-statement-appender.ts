import { randomUUID } from 'node:crypto';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import type { Appender } from './appender.ts';
import { sampleAppend, sampleEvent } from './sample-event.ts';

export const plainTable = `
  create table plain_events (
    position bigint generated always as identity primary key,
    stream text not null,
    revision integer not null,
    id uuid not null unique,
    type text not null,
    data json not null,
    metadata json not null,
    recorded_at timestamptz not null default now(),
    unique (stream, revision)
  )`;

const statement = {
  name: 'plain_append',
  text: `insert into plain_events (stream, revision, id, type, data, metadata)
    select $1, $2::integer + 1, $3, $4, $5, $6
    where coalesce((select max(revision) from plain_events where stream = $1), 0) = $2
    returning position, revision, recorded_at`,
};

/** What one would write by hand: check and insert in one prepared statement, no codec, no chain, no order of commits. */
export const oneStatementAppender = (url: string): Appender => {
  const pool = createPool({ url });
  const event = sampleEvent();
  return {
    name: 'one statement of SQL',
    openStream: () => {
      const stream = `plain-${randomUUID()}`;
      let revision = 0;
      return async () => {
        const { id, metadata } = sampleAppend(event);
        const values = [stream, revision, id, event.type, JSON.stringify(event.data), JSON.stringify(metadata)];
        const { rowCount } = await pool.query({ ...statement, values });
        if (rowCount !== 1) throw new Error('append refused');
        revision += 1;
      };
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
};
