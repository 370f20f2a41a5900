import type { ResultAsync } from 'neverthrow';
import type { PastLife } from '../../domain/connection/state.ts';
import type { ConnectionId, UserId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { Checkpoint } from './event-names.ts';

/** Connections that may be a user's, as of one moment of the feed; what came later is to be looked up behind `upTo`. */
export type CandidateConnections = Readonly<{ ids: readonly ConnectionId[]; upTo: Checkpoint | null }>;

/** What is kept about people outside their histories. Everything here may be repeated. */
export interface PersonalRecords {
  /** Those the read model knows, and those it cannot follow. */
  connectionsOf(userId: UserId): ResultAsync<CandidateConnections, Unavailable>;
  /** Flows, links and keyed requests of this user: whoever is in the middle of one has to begin anew. */
  forgetUser(userId: UserId): ResultAsync<void, Unavailable>;
  /** What was opened of a life in any copy of a read model, and the traces of requests about its connection. */
  forgetLife(connectionId: ConnectionId, life: PastLife): ResultAsync<void, Unavailable>;
}
