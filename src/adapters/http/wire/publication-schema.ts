import { z } from 'zod';
import { publicationStatuses, type PublicationView } from '../../../application/reading/publication-view.ts';

const moment = z.iso.datetime().describe('RFC 3339, UTC');

const progressSchema = z
  .strictObject({ bytes_sent: z.int().min(0), bytes_total: z.int().min(0) })
  .describe('What TikTok has of the file; null where TikTok fetches it, and until a file from an address is here.');

const publicationExample = {
  id: '0b9d1f0e-6a51-5c2e-8f0a-7d7f5f1c2b11',
  connection_id: '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
  status: 'uploading',
  status_reason: null,
  retryable: false,
  publish_id: 'v_pub_file~v2-1.7600000000000000001',
  post_ids: [],
  share_urls: [],
  progress: { bytes_sent: 10_000_000, bytes_total: 23_000_000 },
  not_before: null,
  created_at: '2026-11-20T10:00:00.000Z',
  updated_at: '2026-11-20T10:00:05.000Z',
  revision: 5,
};

export const publicationSchema = z
  .strictObject({
    id: z.uuid(),
    connection_id: z.uuid(),
    status: z.enum(publicationStatuses),
    status_reason: z.string().nullable().describe("Why it waits, or how it ended: TikTok's own word where TikTok has one."),
    retryable: z.boolean().describe('A new publication with `retry_of` may succeed, and makes no second post.'),
    publish_id: z.string().nullable().describe("TikTok's own id of it, once TikTok has begun."),
    post_ids: z.array(z.string()).describe("TikTok's ids of public posts, 19 digits; they may come hours later."),
    share_urls: z.array(z.string()),
    progress: progressSchema.nullable(),
    not_before: moment.nullable().describe('It waits until then.'),
    created_at: moment,
    updated_at: moment,
    revision: z.int().min(1).describe('How many events the publication has.'),
  })
  .meta({ id: 'Publication', description: 'A post on its way to TikTok.', examples: [publicationExample] });

export type PublicationBody = z.infer<typeof publicationSchema>;

export const publicationBody = (view: PublicationView): PublicationBody => ({
  id: view.id,
  connection_id: view.connectionId,
  status: view.status,
  status_reason: view.statusReason,
  retryable: view.retryable,
  publish_id: view.publishId,
  post_ids: [...view.postIds],
  share_urls: [...view.shareUrls],
  progress: view.progress === null ? null : { bytes_sent: view.progress.bytesSent, bytes_total: view.progress.bytesTotal },
  not_before: view.notBefore,
  created_at: view.createdAt,
  updated_at: view.updatedAt,
  revision: view.revision,
});

/** A publication's id in a path; spelt in any case, meant in lower case. */
export const publicationParams = z.strictObject({ id: z.uuid().describe("The publication's id.") });
