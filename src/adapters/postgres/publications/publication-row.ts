import { z } from 'zod';
import type { PublicationRecord } from '../../../application/reading/publication-record.ts';
import { publicationStatuses } from '../../../application/reading/publication-view.ts';
import { postId, publicationId, publishId } from '../../../domain/values/ids.ts';
import { sealed } from '../../../domain/values/sealed.ts';
import { connectionIdColumn, instantColumn, userIdColumn } from '../row-types.ts';

/** Files have at most 4 GiB, so a count of bytes is exact. */
const bytesColumn = z.coerce.number().int();

const row = z.object({
  publication_id: z.string().transform(publicationId),
  connection_id: connectionIdColumn,
  life: z.number(),
  user_id: userIdColumn,
  kind: z.enum(['video', 'photo']),
  transfer: z.enum(['upload', 'pull']),
  sealed_content: z.string().transform(sealed),
  status: z.enum(publicationStatuses),
  status_reason: z.string().nullable(),
  retryable: z.boolean(),
  publish_id: z.string().transform(publishId).nullable(),
  unanswered: z.boolean(),
  post_ids: z.array(z.string().transform(postId)),
  bytes_sent: bytesColumn,
  bytes_total: bytesColumn.nullable(),
  not_before: instantColumn.nullable(),
  created_at: instantColumn,
  updated_at: instantColumn,
  revision: z.number(),
});

type Row = z.output<typeof row>;

export const publicationColumns: readonly string[] = Object.keys(row.shape);

const recordOf = (stored: Row): PublicationRecord => ({
  id: stored.publication_id,
  connectionId: stored.connection_id,
  life: stored.life,
  userId: stored.user_id,
  kind: stored.kind,
  transfer: stored.transfer,
  content: stored.sealed_content,
  status: stored.status,
  statusReason: stored.status_reason,
  retryable: stored.retryable,
  publishId: stored.publish_id,
  unanswered: stored.unanswered,
  postIds: stored.post_ids,
  bytesSent: stored.bytes_sent,
  bytesTotal: stored.bytes_total,
  notBefore: stored.not_before,
  createdAt: stored.created_at,
  updatedAt: stored.updated_at,
  revision: stored.revision,
});

/** A row of all columns as the record that it was made of. */
export const publicationRow = row.transform(recordOf);

/** PostgreSQL's text holds neither NUL nor half a character; TikTok's words may. */
const storable = (text: string | null): string | null =>
  text === null ? null : text.toWellFormed().replaceAll('\0', '\uFFFD');

export const rowOf = (record: PublicationRecord): Readonly<Record<keyof Row, unknown>> => ({
  publication_id: record.id,
  connection_id: record.connectionId,
  life: record.life,
  user_id: record.userId,
  kind: record.kind,
  transfer: record.transfer,
  sealed_content: record.content,
  status: record.status,
  status_reason: storable(record.statusReason),
  retryable: record.retryable,
  publish_id: storable(record.publishId),
  unanswered: record.unanswered,
  post_ids: record.postIds,
  bytes_sent: record.bytesSent,
  bytes_total: record.bytesTotal,
  not_before: record.notBefore,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
  revision: record.revision,
});
