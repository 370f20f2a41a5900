import { connectionId, isUuid, publicationId, type ConnectionId, type PublicationId } from '../../domain/values/ids.ts';
import { streamName, type StreamName } from '../ports/event-names.ts';

export const connectionStreams = 'tiktok_connection-';

export const connectionStream = (id: ConnectionId): StreamName => streamName(`${connectionStreams}${id}`);

/** The connection a stream is about; null for other streams. */
export const connectionOf = (stream: StreamName): ConnectionId | null => {
  const id = stream.slice(connectionStreams.length);
  return stream.startsWith(connectionStreams) && isUuid(id) ? connectionId(id) : null;
};

export const publicationStreams = 'tiktok_publication-';

export const publicationStream = (id: PublicationId): StreamName => streamName(`${publicationStreams}${id}`);

/** The publication a stream is about; null for other streams. */
export const publicationOf = (stream: StreamName): PublicationId | null => {
  const id = stream.slice(publicationStreams.length);
  return stream.startsWith(publicationStreams) && isUuid(id) ? publicationId(id) : null;
};
