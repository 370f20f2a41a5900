import type { ResultAsync } from 'neverthrow';
import type { ConnectionId, OpenId, UserId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { ConnectionView, ConnectionStatus } from '../reading/connection-view.ts';

/** Whose eyes: an end user sees the lives that are theirs, a service sees every connection as it is now. */
export type Viewer = Readonly<{ kind: 'owner'; userId: UserId }> | Readonly<{ kind: 'service' }>;

export type ConnectionQuery = Readonly<{
  viewer: Viewer;
  userId: UserId | null;
  openId: OpenId | null;
  statuses: readonly ConnectionStatus[] | null;
  /** 1 to 200. */
  limit: number;
  /** As `nextCursor` of the page before. */
  cursor: string | null;
}>;

export type ConnectionPage = Readonly<{ connections: readonly ConnectionView[]; nextCursor: string | null }>;
export type BadCursor = Readonly<{ kind: 'BadCursor' }>;

/** The read model behind `/v1/connections`; lags behind the history by the feed's delay. */
export interface Connections {
  /** One statement. Null when there is none, or none for this viewer. */
  byId(id: ConnectionId, viewer: Viewer): ResultAsync<ConnectionView | null, Unavailable>;
  /** Newest first by (first connected, id), which no reconnect moves. */
  list(query: ConnectionQuery): ResultAsync<ConnectionPage, BadCursor | Unavailable>;
}
