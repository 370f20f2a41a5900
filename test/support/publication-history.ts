import { randomUUID } from 'node:crypto';
import { publicationStream } from '../../src/application/execution/streams.ts';
import type { Checkpoint } from '../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore, type StreamHead } from '../../src/application/ports/event-store.ts';
import { contentContext } from '../../src/application/publishing/publish-content.ts';
import { evolvePublicationRecord, type PublicationRecord } from '../../src/application/reading/publication-record.ts';
import type { HandedOn } from '../../src/application/work-lists/work-handler.ts';
import type { PublicationEvent } from '../../src/domain/publication/events.ts';
import type { PublishRequest } from '../../src/domain/publication/request.ts';
import { commandId, connectionId, eventId, publicationId, userId, type ConnectionId, type PublicationId } from '../../src/domain/values/ids.ts';
import { request } from '../domain/publication/commands.ts';
import { nextMoment } from './projection-history.ts';
import type { ProjectionSealer } from './projection-sealer.ts';

export interface WrittenPublication {
  readonly id: PublicationId;
  readonly connectionId: ConnectionId;
  /** The record, by the one fold that replay, projection and verification use. */
  readonly record: PublicationRecord | null;
  readonly checkpoint: Checkpoint | null;
  append(...events: readonly PublicationEvent[]): Promise<void>;
  accept(changes?: Partial<PublishRequest>): Promise<void>;
}

export type Whose = Readonly<{ id?: PublicationId; connectionId?: ConnectionId; user?: string; life?: number; username?: string }>;

/** Of a step whose worker has seen nothing that the next could use. */
export const nothingHanded: HandedOn = { publication: { state: { status: 'none' }, head: emptyHead, lastOccurredAt: null }, uploadUrl: null, seen: null };

/** Writes one publication's history into a store, an append per call. */
export const writePublication = (eventStore: EventStore, sealer: Pick<ProjectionSealer, 'seal'>, whose: Whose = {}): WrittenPublication => {
  const { id = publicationId(randomUUID()), connectionId: connection = connectionId(randomUUID()), user = 'user_1', life = 1, username = 'ada' } = whose;
  let head: StreamHead = emptyHead;
  let record: PublicationRecord | null = null;
  let checkpoint: Checkpoint | null = null;

  const append = async (...events: readonly PublicationEvent[]): Promise<void> => {
    const occurredAt = nextMoment();
    const metadata = { actor: { kind: 'system', id: 'test' }, commandId: commandId(randomUUID()), causationId: null, correlationId: 'test', traceparent: null } as const;
    const stored = events.map((event) => ({ id: eventId(randomUUID()), event, occurredAt, metadata }));
    const appended = (await eventStore.append(publicationStream(id), head, stored))._unsafeUnwrap();
    head = appended.head;
    checkpoint = appended.checkpoint;
    record = appended.events.reduce<PublicationRecord | null>(evolvePublicationRecord, record);
  };

  return {
    id,
    connectionId: connection,
    get record() {
      return record;
    },
    get checkpoint() {
      return checkpoint;
    },
    append,
    accept: async (changes = {}) => {
      const words = { title: 'Spring sale', description: null, urls: [], username, digest: 'digest' };
      const content = sealer.seal(contentContext(connection, life, id), JSON.stringify(words));
      const data = { publicationId: id, connectionId: connection, life, userId: userId(user), request: request({ content, ...changes }), acceptedAt: nextMoment() };
      await append({ type: 'PublicationAccepted', data });
    },
  };
};
