import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { RecordedEvent } from '../ports/event-store.ts';

/** What is to be done for a connection, and from when. */
export type WorkItem = Readonly<{
  kind: WorkKind;
  /** One item per kind and subject: `<connectionId>:<life>` or `<connectionId>`. */
  subject: string;
  connectionId: ConnectionId;
  life: number;
  /** The revision this item follows from; a later one replaces it. */
  revision: number;
  dueAt: Instant;
}>;

export const workKinds = ['destroy_keys'] as const;
export type WorkKind = (typeof workKinds)[number];

export type WorkChange = Readonly<{ put: WorkItem }> | Readonly<{ remove: Readonly<{ kind: WorkKind; subject: string; revision: number }> }>;

/** What one event changes in the work list. Pure, so that a rebuild restores the list. */
export const workChanges = (
  connectionId: ConnectionId,
  { event, revision, occurredAt }: Pick<RecordedEvent, 'event' | 'revision' | 'occurredAt'>,
): readonly WorkChange[] => {
  switch (event.type) {
    case 'Connected':
    case 'ProfileChanged':
    case 'ScopesChanged':
      return [];
    case 'Disconnected': {
      const { life } = event.data;
      return [{ put: { kind: 'destroy_keys', subject: `${connectionId}:${life}`, connectionId, life, revision, dueAt: occurredAt } }];
    }
  }
};
