import type { ResultAsync } from 'neverthrow';
import type { ConnectionId, PostId, PublicationId, PublishId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { PublicationStatus, PublicationView } from '../reading/publication-view.ts';
import type { BadCursor, Viewer } from './connections.ts';

export type PublicationQuery = Readonly<{
  viewer: Viewer;
  connectionId: ConnectionId | null;
  statuses: readonly PublicationStatus[] | null;
  /** 1 to 200. */
  limit: number;
  cursor: string | null;
}>;

export type PublicationPage = Readonly<{ publications: readonly PublicationView[]; nextCursor: string | null }>;

/** The read model behind `/v1/publications`; lags behind the history by the feed's delay. */
export interface Publications {
  byId(id: PublicationId, viewer: Viewer): ResultAsync<PublicationView | null, Unavailable>;
  /** Newest first. */
  list(query: PublicationQuery): ResultAsync<PublicationPage, BadCursor | Unavailable>;
  byPublishId(publishId: PublishId): ResultAsync<PublicationId | null, Unavailable>;
  /** Those of a connection whose start had no answer, so that no `publish_id` of theirs is known, ended or not. */
  unanswered(connectionId: ConnectionId): ResultAsync<readonly PublicationId[], Unavailable>;
  /** Which of these posts publications of the connection are known to have become. */
  claimed(connectionId: ConnectionId, postIds: readonly PostId[]): ResultAsync<readonly PostId[], Unavailable>;
}
