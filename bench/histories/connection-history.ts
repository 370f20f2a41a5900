import { randomBytes, randomUUID } from 'node:crypto';
import { noProfile, profileToText } from '../../src/application/reading/profile.ts';
import type { DomainEvent } from '../../src/application/ports/event-store.ts';
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
/** One in so many connections ends disconnected. */
const disconnectedOneIn = 10;

const began = Date.now();
const yearMillis = 365 * 24 * 3_600_000;

/**
 * When an event of this number in the whole history happened: ten milliseconds apart, from now on, so that no refresh and no
 * validation of these connections comes due while something else is measured.
 */
export const momentOf = (place: number): Instant => instant(began + place * 10);

/** The event of a made-up connection's life at a step, with everything sealed as the service seals it. */
export const eventAt = async (sealer: Sealer, connection: MadeUpConnection, step: number, at: Instant): Promise<DomainEvent> => {
  const seal = async (purpose: Purpose, field: string, plain: string): Promise<Sealed> => {
    const sealed = await sealer.seal({ connectionId: connection.id, life: 1, purpose, field }, secret(plain));
    if (sealed.isErr()) throw new Error(`sealing failed: ${sealed.error.kind}`);
    return sealed.value;
  };
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
    case 'profile': {
      const profile = await seal('profile', 'profile', profileText(connection, step));
      return { type: 'ProfileChanged', data: { life: 1, profile, changed: ['avatar_url', 'avatar_url_100'], observedAt: at } };
    }
    case 'connected':
      return {
        type: 'Connected',
        data: {
          life: 1,
          userId: connection.user,
          clientKey: benchClient,
          authorizationId: authorizationId(randomUUID()),
          connectedAt: momentOf(connection.number),
          profile: await seal('profile', 'profile', profileText(connection, step)),
          tokens: { access: await seal('tokens', 'access', token()), refresh: await seal('tokens', 'refresh', token()) },
          scopes: basic,
          accessTokenExpiresAt: plusMillis(at, yearMillis),
          refreshTokenExpiresAt: plusMillis(at, yearMillis),
        },
      };
    default:
      throw new RangeError(`a made-up history has no step ${step}`);
  }
};
