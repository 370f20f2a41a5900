import type { AttemptId, AuthorizationId, ClientKey, CommandId, ConnectionId, EventId, OpenId, PublicationId } from '../../domain/values/ids.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { StreamName } from './event-names.ts';

export interface Ids {
  /** UUIDv5 of (client key, open_id). */
  connectionId(clientKey: ClientKey, openId: OpenId): ConnectionId;
  /** A new random id. */
  authorizationId(): AuthorizationId;
  /** A new random id. */
  attemptId(): AttemptId;
  /** A new random id. */
  commandId(): CommandId;
  /** UUIDv5 of its arguments: the same command writes the same ids when it is repeated. */
  eventId(command: CommandId, stream: StreamName, step: string, index: number): EventId;
  /** UUIDv5 of its arguments: one request has one id, however often it is sent. @param scope route and caller that the key belongs to */
  publicationId(scope: string, key: string): PublicationId;
  /** 256 random bits as 43 characters of base64url. */
  token(): Secret<string>;
  /** SHA-256 as 64 lower-case hex digits: how one-use tokens are stored and compared. */
  digest(token: Secret<string>): string;
}
