import { randomUUID } from 'node:crypto';
import type { SentEvent } from '../../src/adapters/event-store/eventstoredb/sent-event.ts';

/** An event as a feed of EventStoreDB brings it. @param place in the log */
export const sentEventAt = (place: number): SentEvent => ({
  storeId: randomUUID(),
  streamId: 'tiktok_connection-x',
  revision: place,
  prepare: BigInt(place),
  commit: BigInt(place),
  type: 'Connected',
  contentType: 'application/json',
  created: '17000000000000000',
  metadata: Buffer.alloc(0),
  data: Buffer.alloc(0),
});
