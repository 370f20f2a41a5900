import { err, ok, type Result } from 'neverthrow';
import type { ErasureRequester } from '../../domain/connection/events.ts';
import type { ConnectionId, UserId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { connectionOf, connectionStreams } from '../execution/streams.ts';
import { unavailable, type Unavailable } from '../failures.ts';
import type { Checkpoint } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { UserMedia } from '../ports/media-library.ts';
import type { PersonalRecords } from '../ports/personal-records.ts';
import { projectionWaitMillis, type EraseConnectionPorts } from './erase-connection.ts';
import { eraseLives, foreseeErasure, hasErased, type ErasureForeseen, type EraseLivesFailure } from './erase-lives.ts';

export interface EraseUserPorts extends EraseConnectionPorts {
  readonly personalRecords: PersonalRecords;
  readonly media: UserMedia;
}

const batchSize = 1_000;

/** Connections begun by the user behind a checkpoint: the read model lags by as much. */
const connectedSince = async (eventStore: EventStore, userId: UserId, after: Checkpoint | null): Promise<Result<readonly ConnectionId[], Unavailable>> => {
  const ids: ConnectionId[] = [];
  const { signal } = new AbortController();
  for await (const batch of eventStore.feed({ after, streamPrefixes: [connectionStreams], batchSize, live: false, signal })) {
    if (batch.isErr()) {
      return err(batch.error.kind === 'Unavailable' ? batch.error : unavailable('event_store', 'the read model follows another event store'));
    }
    for (const stored of batch.value.events) {
      const id = connectionOf(stored.stream);
      if (id !== null && stored.readable && stored.event.type === 'Connected' && stored.event.data.userId === userId) ids.push(id);
    }
  }
  return ok(ids);
};

/** Every connection that may hold a life of this user; its stream tells. */
const candidatesOf = async ({ personalRecords, eventStore }: EraseUserPorts, userId: UserId): Promise<Result<readonly ConnectionId[], Unavailable>> => {
  const known = await personalRecords.connectionsOf(userId);
  if (known.isErr()) return err(known.error);
  const late = await connectedSince(eventStore, userId, known.value.upTo);
  return late.map((ids) => [...new Set([...known.value.ids, ...ids])].sort());
};

const isNotTheirs = ({ kind }: EraseLivesFailure): boolean => kind === 'NotYourConnection' || kind === 'NotConnected';

/**
 * Erases every life of every connection that this user ever owned, and what is kept about the user besides. The running
 * life of somebody else who owns one of the accounts now is left alone. Answers the connections, also when all of it
 * was erased before.
 * @param principal who asks, for the security log
 */
export const eraseUser = async (
  ports: EraseUserPorts,
  context: CommandContext,
  requestedBy: ErasureRequester,
  principal: string,
  userId: UserId,
): Promise<Result<readonly ConnectionId[], EraseLivesFailure>> => {
  const logged = await ports.securityLog.record({ kind: 'erasure_requested', detail: { user_id: userId }, principal, connectionId: null });
  if (logged.isErr()) return err(logged.error);
  // First, so that no flow that is under way begins a new life behind our back.
  const forgotten = await ports.personalRecords.forgetUser(userId);
  if (forgotten.isErr()) return err(forgotten.error);
  const removed = await ports.media.removeOf(userId);
  if (removed.isErr()) return err(removed.error);
  const candidates = await candidatesOf(ports, userId);
  if (candidates.isErr()) return err(candidates.error);
  const erased: ConnectionId[] = [];
  let last: Checkpoint | null = null;
  for (const connectionId of candidates.value) {
    const before = await hasErased(ports, context, connectionId);
    if (before.isErr()) return err(before.error);
    if (before.value) {
      erased.push(connectionId);
      continue;
    }
    const outcome = await eraseLives(ports, context, { connectionId, chosen: { kind: 'owner', userId }, requestedBy });
    if (outcome.isErr()) {
      if (isNotTheirs(outcome.error)) continue;
      return err(outcome.error);
    }
    erased.push(connectionId);
    last = outcome.value.checkpoint ?? last;
  }
  if (last !== null) await ports.progress.waitFor(last, projectionWaitMillis);
  return ok(erased);
};

/** What an erasure of this user would do now, by connection. */
export const foreseeErasureOfUser = async (
  ports: EraseUserPorts,
  userId: UserId,
): Promise<Result<ReadonlyMap<ConnectionId, ErasureForeseen>, EraseLivesFailure>> => {
  const candidates = await candidatesOf(ports, userId);
  if (candidates.isErr()) return err(candidates.error);
  const foreseen = new Map<ConnectionId, ErasureForeseen>();
  for (const connectionId of candidates.value) {
    const one = await foreseeErasure(ports, { connectionId, chosen: { kind: 'owner', userId }, requestedBy: { kind: 'operator' } });
    if (one.isOk()) foreseen.set(connectionId, one.value);
    else if (!isNotTheirs(one.error)) return err(one.error);
  }
  return ok(foreseen);
};
