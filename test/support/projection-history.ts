import { randomUUID } from 'node:crypto';
import { connectionStream } from '../../src/application/execution/streams.ts';
import type { Checkpoint } from '../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore, type WrittenEvent, type StreamHead } from '../../src/application/ports/event-store.ts';
import { evolveRecord, type ConnectionRecord } from '../../src/application/reading/connection-record.ts';
import type { TikTokProfile } from '../../src/application/ports/tiktok.ts';
import type { ConnectionEvent } from '../../src/domain/connection/events.ts';
import { evolve, initial, lifeOfNextConnect, type ConnectionState } from '../../src/domain/connection/state.ts';
import { authorizationId, clientKey, commandId, connectionId, eventId, userId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { instant, type Instant } from '../../src/domain/values/instant.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { sealed, type Sealed } from '../../src/domain/values/sealed.ts';
import type { ProjectionSealer } from './projection-sealer.ts';

export const ourClientKey = clientKey('made-up-client-key');

/** Moments a second apart, so that order shows. */
const begun = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
let ticks = 0;
export const nextMoment = (): Instant => instant(begun + 1_000 * (ticks += 1));

export interface WrittenConnection {
  readonly id: ConnectionId;
  readonly state: ConnectionState;
  /** The record, by the one fold that replay, projection and verification use. */
  readonly record: ConnectionRecord | null;
  readonly checkpoint: Checkpoint | null;
  append(...events: readonly ConnectionEvent[]): Promise<readonly WrittenEvent[]>;
  connect(user?: string, changes?: Readonly<{ profile?: Partial<TikTokProfile>; sealedProfile?: Sealed; clientKey?: string }>): Promise<void>;
  changeProfile(profile: Partial<TikTokProfile>): Promise<void>;
  changeScopes(...scopes: readonly string[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** Writes one connection's history into a store, an event per call. */
export const writeConnection = (eventStore: EventStore, sealer: ProjectionSealer, id = connectionId(randomUUID())): WrittenConnection => {
  const stream = connectionStream(id);
  let head: StreamHead = emptyHead;
  let state: ConnectionState = initial;
  let record: ConnectionRecord | null = null;
  let checkpoint: Checkpoint | null = null;

  const append = async (...events: readonly ConnectionEvent[]): Promise<readonly WrittenEvent[]> => {
    const occurredAt = nextMoment();
    const appended = await eventStore.append(
      stream,
      head,
      events.map((event) => ({
        id: eventId(randomUUID()),
        event,
        occurredAt,
        metadata: { actor: { kind: 'system', id: 'test' }, commandId: commandId(randomUUID()), causationId: null, correlationId: 'test', traceparent: null },
      })),
    );
    if (appended.isErr()) throw new Error(appended.error.kind);
    head = appended.value.head;
    checkpoint = appended.value.checkpoint;
    state = events.reduce(evolve, state);
    record = appended.value.events.reduce<ConnectionRecord | null>((folded, event) => evolveRecord(folded, id, event), record);
    return appended.value.events;
  };

  const life = (): number => (state.status === 'none' ? 1 : state.life);

  return {
    id,
    get state() {
      return state;
    },
    get record() {
      return record;
    },
    get checkpoint() {
      return checkpoint;
    },
    append,
    connect: async (user = 'user_1', changes = {}) => {
      const begins = lifeOfNextConnect(state);
      const token = (field: string): Sealed => sealer.seal({ connectionId: id, life: begins, purpose: 'tokens', field }, `made-up ${field} ${ticks}`);
      const at = nextMoment();
      await append({
        type: 'Connected',
        data: {
          life: begins,
          userId: userId(user),
          clientKey: clientKey(changes.clientKey ?? ourClientKey),
          authorizationId: authorizationId(randomUUID()),
          connectedAt: state.status === 'active' ? state.connectedAt : at,
          profile: changes.sealedProfile ?? sealer.sealProfile(id, begins, changes.profile ?? {}),
          tokens: { access: token('access_token'), refresh: token('refresh_token') },
          scopes: [scope('user.info.basic')],
          accessTokenExpiresAt: nextMoment(),
          refreshTokenExpiresAt: ticks % 2 === 0 ? null : nextMoment(),
        },
      });
    },
    changeProfile: async (profile) => {
      const data = { life: life(), profile: sealer.sealProfile(id, life(), profile), changed: ['display_name'] as const, observedAt: nextMoment() };
      await append({ type: 'ProfileChanged', data });
    },
    changeScopes: async (...names) => {
      await append({ type: 'ScopesChanged', data: { life: life(), scopes: names.map(scope), added: [], removed: [], observedAt: nextMoment() } });
    },
    disconnect: async () => {
      await append({ type: 'Disconnected', data: { life: life(), by: { kind: 'user' }, revokeConfirmed: true, disconnectedAt: nextMoment() } });
    },
  };
};

export const unopenable = sealed('an envelope of nobody');
