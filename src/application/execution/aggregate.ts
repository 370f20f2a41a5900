import { connectionDecider } from '../../domain/connection/decide.ts';
import type { ConnectionCommand } from '../../domain/connection/commands.ts';
import type { ConnectionEvent } from '../../domain/connection/events.ts';
import type { ConnectionRejection } from '../../domain/connection/rejections.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { Decider } from '../../domain/decider.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { DomainEvent } from '../ports/event-store.ts';
import { connectionStream } from './streams.ts';

/** A decider and where its history stands. */
export interface Aggregate<Id, State, Command, Event extends DomainEvent, Rejection> {
  readonly decider: Decider<State, Command, Event, Rejection>;
  readonly streamOf: (id: Id) => StreamName;
  readonly owns: (event: DomainEvent) => event is Event;
}

const connectionEventTypes: Readonly<Record<ConnectionEvent['type'], true>> = {
  Connected: true,
  TokenRefreshStarted: true,
  TokensRefreshed: true,
  TokenRefreshFailed: true,
  ReauthorizationRequired: true,
  ProfileChanged: true,
  ScopesChanged: true,
  Disconnected: true,
  RevocationIgnored: true,
  PersonalDataErased: true,
};

export const connectionAggregate: Aggregate<ConnectionId, ConnectionState, ConnectionCommand, ConnectionEvent, ConnectionRejection> = {
  decider: connectionDecider,
  streamOf: connectionStream,
  owns: (event): event is ConnectionEvent => event.type in connectionEventTypes,
};
