import type { PostId, PublicationId, PublishId, ConnectionId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';

export const publicationStatuses = [
  'scheduled',
  'queued',
  'uploading',
  'processing',
  'published',
  'delivered_to_inbox',
  'failed',
  'cancelled',
  'outcome_unknown',
] as const;
export type PublicationStatus = (typeof publicationStatuses)[number];

/** No change is awaited any more; `delivered_to_inbox` may still become `published`, which nobody can wait for. */
export const isFinal = (status: PublicationStatus): boolean => !['scheduled', 'queued', 'uploading', 'processing'].includes(status);

/** A publication as callers see it. */
export type PublicationView = Readonly<{
  id: PublicationId;
  connectionId: ConnectionId;
  userId: UserId;
  status: PublicationStatus;
  statusReason: string | null;
  retryable: boolean;
  publishId: PublishId | null;
  postIds: readonly PostId[];
  /** Empty where the creator's name is not known, or was erased. */
  shareUrls: readonly string[];
  progress: Readonly<{ bytesSent: number; bytesTotal: number }> | null;
  notBefore: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
  revision: number;
}>;
