import { connectionDecider } from '../../domain/connection/decide.ts';
import type { ConnectionCommand } from '../../domain/connection/commands.ts';
import type { ConnectionEvent } from '../../domain/connection/events.ts';
import type { ConnectionRejection } from '../../domain/connection/rejections.ts';
import { publishRequestDecider, type PublishRejection, type RequestPublish } from '../../domain/connection/request-publish.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { Decider } from '../../domain/decider.ts';
import type { PublicationCommand } from '../../domain/publication/commands.ts';
import { publicationDecider } from '../../domain/publication/decide.ts';
import type { PublicationEvent } from '../../domain/publication/events.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationState } from '../../domain/publication/state.ts';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { DomainEvent } from '../ports/event-store.ts';
import type { KeptSnapshots, Snapshots } from '../ports/snapshots.ts';
import { connectionStream, publicationStream } from './streams.ts';

/** A decider and where its history stands. */
export interface Aggregate<Id, State, Command, Event extends DomainEvent, Rejection> {
  readonly decider: Decider<State, Command, Event, Rejection>;
  readonly streamOf: (id: Id) => StreamName;
  readonly owns: (event: DomainEvent) => event is Event;
  /** For histories that grow long. */
  readonly snapshotsAmong?: (kept: KeptSnapshots) => Snapshots<State>;
}

const connectionEventTypes: Readonly<Record<ConnectionEvent['type'], true>> = {
  Connected: true,
  TokenRefreshStarted: true,
  TokensRefreshed: true,
  TokenRefreshFailed: true,
  ReauthorizationRequired: true,
  ProfileChanged: true,
  ScopesChanged: true,
  PublishRequested: true,
  Disconnected: true,
  RevocationIgnored: true,
  PersonalDataErased: true,
};

export const isConnectionEvent = (event: DomainEvent): event is ConnectionEvent => event.type in connectionEventTypes;

export const connectionAggregate: Aggregate<ConnectionId, ConnectionState, ConnectionCommand, ConnectionEvent, ConnectionRejection> = {
  decider: connectionDecider,
  streamOf: connectionStream,
  owns: isConnectionEvent,
  snapshotsAmong: ({ connection }) => connection,
};

/** The connection, asked to publish. */
export const publishingConnection: Aggregate<ConnectionId, ConnectionState, RequestPublish, ConnectionEvent, PublishRejection> = {
  decider: publishRequestDecider,
  streamOf: connectionStream,
  owns: isConnectionEvent,
};

const publicationEventTypes: Readonly<Record<PublicationEvent['type'], true>> = {
  PublicationAccepted: true,
  SourceFetched: true,
  PublicationDeferred: true,
  UploadOpening: true,
  UploadOpened: true,
  ChunkUploaded: true,
  MediaDelivered: true,
  ProcessingObserved: true,
  DeliveredToInbox: true,
  Published: true,
  PostIdsLearned: true,
  PublishFailed: true,
  PublicationCancelled: true,
  OutcomeUnknown: true,
};

/** Every type of event that this version writes. */
export const eventTypes: readonly string[] = [...Object.keys(connectionEventTypes), ...Object.keys(publicationEventTypes)];

export const isPublicationEvent = (event: DomainEvent): event is PublicationEvent => event.type in publicationEventTypes;

export const publicationAggregate: Aggregate<PublicationId, PublicationState, PublicationCommand, PublicationEvent, PublicationRejection> = {
  decider: publicationDecider,
  streamOf: publicationStream,
  owns: isPublicationEvent,
};
