import { connectionId, isUuid, type ConnectionId } from '../../domain/values/ids.ts';
import { streamName, type StreamName } from '../ports/event-names.ts';

export const connectionStreams = 'tiktok_connection-';

export const connectionStream = (id: ConnectionId): StreamName => streamName(`${connectionStreams}${id}`);

/** The connection a stream is about; null for other streams. */
export const connectionOf = (stream: StreamName): ConnectionId | null => {
  const id = stream.slice(connectionStreams.length);
  return stream.startsWith(connectionStreams) && isUuid(id) ? connectionId(id) : null;
};
