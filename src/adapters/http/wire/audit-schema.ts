import { z } from 'zod';
import type { FeedEntry } from '../../../application/auditing/feed-entry.ts';
import type { HistoryEntry } from '../../../application/auditing/history-entry.ts';
import type { LoggedEntry } from '../../../application/ports/security-log-pages.ts';
import type { SecurityFact } from '../../../application/ports/security-log.ts';
import { pageLimit } from './page-limit.ts';

const largestRevision = 999_999_999;

/** `limit` of every page of an audit. */
export const auditLimit = pageLimit(200, 50);
/** A revision to begin with, inclusive. */
export const fromRevision = pageLimit(largestRevision, 1);

const moment = z.iso.datetime().describe('RFC 3339, UTC');

const entryFields = {
  revision: z.int().min(1),
  type: z.string().describe('The name of the event, e.g. Connected.'),
  actor: z
    .strictObject({ kind: z.enum(['user', 'service', 'system', 'tiktok']), id: z.string() })
    .nullable()
    .describe('Who caused it; null where the event cannot be read.'),
  cause: z.string().nullable().describe('The event, request or job that led here directly.'),
  occurred_at: moment.nullable(),
  hash: z.string().describe('SHA-256 of the stream up to and with this event.'),
  data: z.record(z.string(), z.unknown()).describe('What it changed; sealed values are `[sealed]`.'),
};

const historyEntrySchema = z.strictObject(entryFields).meta({ id: 'HistoryEntry' });

export const historyQuery = z.strictObject({ from: fromRevision.describe('The first revision to show.'), limit: auditLimit });

export const historyPage = z
  .strictObject({
    data: z.array(historyEntrySchema),
    next_from: z.int().nullable().describe('The revision to go on from; null where the history ends.'),
  })
  .meta({ id: 'History' });

export const feedEntrySchema = z
  .strictObject({ stream: z.string(), ...entryFields, checkpoint: z.string().describe('Its place in the order of all streams.') })
  .meta({ id: 'FeedEntry' });

const kinds = [
  'access_token_granted',
  'connect_refused',
  'api_key_created',
  'api_key_revoked',
  'keys_destroyed',
  'key_rotation_started',
  'key_rotation_finished',
  'erasure_requested',
  'fences_reapplied',
  'connections_imported',
  'history_read',
] as const satisfies readonly SecurityFact['kind'][];

export const securityEntrySchema = z
  .strictObject({
    id: z.string().regex(/^\d+$/),
    at: moment,
    kind: z.string().meta({ examples: [...kinds] }),
    principal: z.string().describe('Who did it, e.g. `service:<key id>`, `user:<user id>`, `cli`.'),
    connection_id: z.uuid().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'SecurityEntry' });

export const historyBody = ({ actor, data, ...entry }: HistoryEntry): z.infer<typeof historyEntrySchema> => ({
  ...entry,
  actor: actor === null ? null : { ...actor },
  data: { ...data },
});

export const feedBody = ({ stream, checkpoint, ...entry }: FeedEntry): z.infer<typeof feedEntrySchema> => ({
  stream,
  ...historyBody(entry),
  checkpoint,
});

export const securityBody = ({ connectionId, detail, ...entry }: LoggedEntry): z.infer<typeof securityEntrySchema> => ({
  ...entry,
  connection_id: connectionId,
  detail: { ...detail },
});
