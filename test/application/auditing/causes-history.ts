import { randomUUID } from 'node:crypto';
import { connectionStream, publicationStream } from '../../../src/application/execution/streams.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type DomainEvent, type EventMetadata, type EventStore, type StreamHead } from '../../../src/application/ports/event-store.ts';
import { commandId, connectionId, eventId, publicationId } from '../../../src/domain/values/ids.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { aMoment } from '../../support/sample-events.ts';

export const account = connectionId('6f0e0000-0000-5000-8000-000000000001');
export const post = publicationId('0b9d1f0e-6a51-5c2e-8f0a-7d7f5f1c2b11');
export const ofAccount = connectionStream(account);
export const ofPost = publicationStream(post);

export type Ran = Pick<EventMetadata, 'actor' | 'commandId' | 'causationId' | 'correlationId'>;

const command = () => commandId(randomUUID());
export const aRequest = (id: string): Ran => ({ actor: { kind: 'user', id: 'user_1' }, commandId: command(), causationId: null, correlationId: `request:${id}` });
export const aWebhook = (id: string): Ran => ({ actor: { kind: 'tiktok', id }, commandId: command(), causationId: `webhook:${id}`, correlationId: `webhook:${id}` });
/** @param cause as work names the event that it follows from, e.g. `<id>@2` */
export const work = (kind: string, cause: string): Ran => ({
  actor: { kind: 'system', id: kind },
  commandId: command(),
  causationId: cause,
  correlationId: `work:${kind}:${cause}`,
});

export interface CausesHistory {
  readonly eventStore: EventStore;
  readonly write: (stream: StreamName, ran: Ran, ...events: readonly DomainEvent[]) => Promise<void>;
}

/** Streams whose events say what caused them. */
export const openCausesHistory = (eventStore: EventStore = createInMemoryEventStore()): CausesHistory => {
  const heads = new Map<StreamName, StreamHead>();
  return {
    eventStore,
    write: async (stream, ran, ...events) => {
      const toAppend = events.map((event) => ({ id: eventId(randomUUID()), event, occurredAt: aMoment, metadata: { ...ran, traceparent: null } }));
      const appended = (await eventStore.append(stream, heads.get(stream) ?? emptyHead, toAppend))._unsafeUnwrap();
      heads.set(stream, appended.head);
    },
  };
};
