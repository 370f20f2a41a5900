import { ok } from 'neverthrow';
import { z } from 'zod';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import type { RecordedEvent } from '../../src/application/ports/event-store.ts';
import { nothing } from '../../src/adapters/postgres/database.ts';
import type { Projector } from '../../src/adapters/postgres/projector/projector.ts';

const countedRow = z.object({ events: z.number() });

export type Counting = Projector & { applied: number[] };

/**
 * The smallest projector there is: for each stream the count of its events and the sum of their revisions. What its
 * rows say wrongly was lost or applied twice.
 */
export const createCounting = (
  change: Partial<Pick<Projector, 'name' | 'version' | 'fingerprint'>> & Readonly<{ before?: (event: RecordedEvent) => void | Promise<void> }> = {},
): Counting => {
  const { before, ...rest } = change;
  const applied: number[] = [];
  return {
    name: 'counting',
    version: 1,
    fingerprint: 'test',
    streamPrefixes: [connectionStreams],
    tables: [
      {
        schema: 'tiktok_connections',
        name: 'counting',
        create: ({ table, name }) => `create table ${table} (
          stream text constraint ${name('counting_of_streams')} primary key, events int not null, revisions int not null)`,
        indexes: ({ table, name }) => [`create index ${name('counting_by_events')} on ${table} (events)`],
      },
    ],
    apply: async (transaction, events) => {
      for (const event of events) await before?.(event);
      applied.push(events.length);
      await transaction.rows(
        'count',
        `insert into ${transaction.table('counting')} as c
          select stream, count(*), sum(revision) from json_to_recordset($1::json) as e (stream text, revision int) group by stream
          on conflict (stream) do update set events = c.events + excluded.events, revisions = c.revisions + excluded.revisions`,
        [JSON.stringify(events.map(({ stream, revision }) => ({ stream, revision })))],
        nothing,
      );
      return ok();
    },
    alarms: async (transaction) => {
      const [counted] = await transaction.rows('alarms', `select count(*)::int as events from ${transaction.table('counting')} where events = 13`, [], countedRow);
      return counted?.events === 0 ? [] : ['thirteen events'];
    },
    applied,
    ...rest,
  };
};

/** What a migration would make for it. */
export const countingTables = `
  create table tiktok_connections.counting (stream text constraint counting_of_streams primary key, events int not null, revisions int not null);
  create index counting_by_events on tiktok_connections.counting (events);
  insert into tiktok_connections.projections (projection, copy, version) values ('counting', 'live', 1)`;
