import type { PublicationView } from '../../application/reading/publication-view.ts';

/** A publication in the contract's shape. */
export const publicationDocument = (view: PublicationView) => ({
  id: view.id,
  connection_id: view.connectionId,
  status: view.status,
  status_reason: view.statusReason,
  retryable: view.retryable,
  publish_id: view.publishId,
  post_ids: view.postIds,
  share_urls: view.shareUrls,
  progress: view.progress === null ? null : { bytes_sent: view.progress.bytesSent, bytes_total: view.progress.bytesTotal },
  not_before: view.notBefore,
  created_at: view.createdAt,
  updated_at: view.updatedAt,
  revision: view.revision,
});
