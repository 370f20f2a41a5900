import { err, ok } from 'neverthrow';
import { publicationOf, publicationStreams } from '../../../application/execution/streams.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';
import { evolvePublicationRecord, type PublicationRecord } from '../../../application/reading/publication-record.ts';
import type { PublicationId } from '../../../domain/values/ids.ts';
import { nothing } from '../database.ts';
import type { PoisonEvent, Projector } from '../projector/projector.ts';
import { publicationColumns, publicationRow, rowOf } from './publication-row.ts';
import { publicationsTable } from './publications-table.ts';

const types: Readonly<Record<string, string>> = {
  publication_id: 'uuid',
  connection_id: 'uuid',
  life: 'integer',
  retryable: 'boolean',
  unanswered: 'boolean',
  post_ids: 'text[]',
  bytes_sent: 'bigint',
  bytes_total: 'bigint',
  not_before: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  revision: 'integer',
};

const columns = publicationColumns.join(', ');
const typedColumns = publicationColumns.map((column) => `${column} ${types[column] ?? 'text'}`).join(', ');
const overwrite = publicationColumns
  .filter((column) => column !== 'publication_id')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

const selectRows = (table: string): string => `select ${columns} from ${table} where publication_id = any($1::uuid[])`;

const writeRows = (table: string): string => `
  insert into ${table} (${columns}) select ${columns} from json_to_recordset($1::json) as c (${typedColumns})
  on conflict (publication_id) do update set ${overwrite}`;

const strayed = ({ stream, revision }: RecordedEvent): PoisonEvent => ({ stream, revision, reason: 'the name of the stream names no publication' });

/** The publications behind `/v1`: one select, one write per batch, whatever its size. Opens nothing. */
export const createPublicationsProjector = (): Projector => ({
  name: 'publications',
  version: 2,
  fingerprint: 'all',
  streamPrefixes: [publicationStreams],
  tables: [publicationsTable],

  apply: async (transaction, events) => {
    const streams = new Map<PublicationId, RecordedEvent[]>();
    const strays: PoisonEvent[] = [];
    for (const event of events) {
      const id = publicationOf(event.stream);
      const known = id === null ? undefined : streams.get(id);
      if (known !== undefined) known.push(event);
      else if (id !== null) streams.set(id, [event]);
      else strays.push(strayed(event));
    }
    if (strays.length > 0) return err({ kind: 'Poison', events: strays });
    const table = transaction.table('publications');
    const stored = await transaction.rows('select', selectRows(table), [[...streams.keys()]], publicationRow);
    const before = new Map(stored.map((record) => [record.id, record]));
    const rows = [...streams].flatMap(([id, its]) => {
      const record = its.reduce<PublicationRecord | null>(evolvePublicationRecord, before.get(id) ?? null);
      return record === null ? [] : [rowOf(record)];
    });
    if (rows.length > 0) await transaction.rows('write', writeRows(table), [JSON.stringify(rows)], nothing);
    return ok();
  },

  alarms: async () => [],
});
