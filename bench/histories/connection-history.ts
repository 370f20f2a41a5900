import { randomBytes, randomUUID } from 'node:crypto';
import { noProfile, profileToText } from '../../src/application/reading/profile.ts';
import type { DomainEvent } from '../../src/application/ports/event-store.ts';
import type { Connected } from '../../src/domain/connection/events.ts';
import type { Sealer } from '../../src/application/ports/sealer.ts';
import { authorizationId, clientKey, connectionId, openId, userId, type ConnectionId, type UserId } from '../../src/domain/values/ids.ts';
import { instant, plusMillis, type Instant } from '../../src/domain/values/instant.ts';
import { scope, scopeSet } from '../../src/domain/values/scopes.ts';
import type { Purpose, Sealed } from '../../src/domain/values/sealed.ts';
import { secret } from '../../src/domain/values/secret.ts';

export const benchClient = clientKey('bench-client');

const basic = scopeSet([scope('user.info.basic'), scope('video.publish')]);
const more = scopeSet([...basic, scope('video.list')]);

export type MadeUpConnection = Readonly<{ id: ConnectionId; user: UserId; number: number }>;

export const madeUpConnection = (number: number): MadeUpConnection => ({
  id: connectionId(randomUUID()),
  user: userId(`bench-user-${number}`),
  number,
});

const token = (): string => `bench.${randomBytes(48).toString('base64url')}`;

const profileText = ({ id, number }: MadeUpConnection, step: number): string =>
  profileToText({
    ...noProfile,
    open_id: openId(`-000${id.replaceAll('-', '')}`),
    union_id: id,
    display_name: `Bench ${number}`,
    avatar_url: `https://images.example/avatars/${id}-${step}.jpeg`,
    avatar_url_100: `https://images.example/avatars/${id}-${step}-100.jpeg`,
    username: `bench_${number}`,
  });

type Step = 'connected' | 'scopes' | 'profile';
const steps: readonly Step[] = ['connected', 'scopes', 'profile', 'connected', 'profile', 'scopes', 'connected', 'profile', 'scopes', 'connected'];

export const eventsOfHistory = steps.length;

/** Which of two values the event at a step carries: never the one before it. */
const turns = steps.map((_, step) => steps.slice(0, step).filter((kind) => kind !== 'scopes').length % 2);
/** One in so many connections ends disconnected. */
const disconnectedOneIn = 10;

const began = Date.now();
const yearMillis = 365 * 24 * 3_600_000;

/**
 * When an event of this number in the whole history happened: ten milliseconds apart, from now on, so that no refresh and no
 * validation of these connections comes due while something else is measured.
 */
export const momentOf = (place: number): Instant => instant(began + place * 10);

type SealedValues = Readonly<{ profile: Sealed; tokens: Connected['data']['tokens'] }>;

/**
 * What a made-up connection keeps sealed, as the service seals it: two of each, which its events take in turn. Sealing
 * another value for every event would take most of the time that it takes to write a history, and no reader could tell.
 */
export type SealedInTurn = readonly [SealedValues, SealedValues];

export const sealedOf = async (sealer: Sealer, connection: MadeUpConnection): Promise<SealedInTurn> => {
  const firstSealed = async (purpose: Purpose, field: string, plain: string): Promise<Sealed> => {
    const sealed = await sealer.seal({ connectionId: connection.id, life: 1, purpose, field }, secret(plain));
    if (sealed.isErr()) throw new Error(`sealing failed: ${sealed.error.kind}`);
    return sealed.value;
  };
  const slot = { connectionId: connection.id, life: 1 } as const;
  const first = { profile: await firstSealed('profile', 'profile', profileText(connection, 0)), access: await firstSealed('tokens', 'access', token()) };
  const held = await sealer.holdAll([{ ...slot, purpose: 'profile' }, { ...slot, purpose: 'tokens' }]);
  const [profiles, tokens] = held._unsafeUnwrap().map((key) => key._unsafeUnwrap());
  if (profiles === undefined || tokens === undefined) throw new Error('a key that was just made is held');
  const refresh = (): Sealed => tokens.seal('refresh', secret(token()));
  return [
    { profile: first.profile, tokens: { access: first.access, refresh: refresh() } },
    { profile: profiles.seal('profile', secret(profileText(connection, 1))), tokens: { access: tokens.seal('access', secret(token())), refresh: refresh() } },
  ];
};

/** The event of a made-up connection's life at a step. */
export const eventAt = (connection: MadeUpConnection, inTurn: SealedInTurn, step: number, at: Instant): DomainEvent => {
  const sealed = inTurn[turns[step] === 0 ? 0 : 1];
  const last = step === steps.length - 1;
  if (last && connection.number % disconnectedOneIn === 0) {
    return { type: 'Disconnected', data: { life: 1, by: { kind: 'user' }, revokeConfirmed: true, disconnectedAt: at } };
  }
  const kind = steps[step];
  switch (kind) {
    case 'scopes': {
      const wider = step < 5;
      const changed = [scope('video.list')];
      return {
        type: 'ScopesChanged',
        data: { life: 1, scopes: wider ? more : basic, added: wider ? changed : [], removed: wider ? [] : changed, observedAt: at },
      };
    }
    case 'profile':
      return { type: 'ProfileChanged', data: { life: 1, profile: sealed.profile, changed: ['avatar_url', 'avatar_url_100'], observedAt: at } };
    case 'connected':
      return {
        type: 'Connected',
        data: {
          life: 1,
          userId: connection.user,
          clientKey: benchClient,
          authorizationId: authorizationId(randomUUID()),
          connectedAt: momentOf(connection.number),
          profile: sealed.profile,
          tokens: sealed.tokens,
          scopes: basic,
          accessTokenExpiresAt: plusMillis(at, yearMillis),
          refreshTokenExpiresAt: plusMillis(at, yearMillis),
        },
      };
    default:
      throw new RangeError(`a made-up history has no step ${step}`);
  }
};
