import { randomBytes, randomUUID } from 'node:crypto';
import type { DomainEvent, EventToAppend } from '../../src/application/ports/event-store.ts';
import { authorizationId, clientKey, commandId, eventId, userId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { sealed } from '../../src/domain/values/sealed.ts';

const madeUp = (bytes: number): string => `bench.${randomBytes(bytes).toString('base64url')}`;

/** A Connected event of the size that real ones have; nothing in it is or was anybody's. */
export const sampleEvent = (moment = instant(Date.UTC(2026, 0, 1))): DomainEvent => ({
  type: 'Connected',
  data: {
    life: 1,
    userId: userId('bench-user'),
    clientKey: clientKey('bench-client'),
    authorizationId: authorizationId(randomUUID()),
    connectedAt: moment,
    profile: sealed(madeUp(420)),
    tokens: { access: sealed(madeUp(160)), refresh: sealed(madeUp(160)) },
    scopes: [scope('user.info.basic'), scope('video.publish')],
    accessTokenExpiresAt: moment,
    refreshTokenExpiresAt: moment,
  },
});

/** A new event to append, of which everything but the ids is the sample's. */
export const sampleAppend = (event: DomainEvent): EventToAppend => ({
  id: eventId(randomUUID()),
  event,
  occurredAt: instant(Date.UTC(2026, 0, 1)),
  metadata: {
    actor: { kind: 'user', id: 'bench-user' },
    commandId: commandId(randomUUID()),
    causationId: null,
    correlationId: randomUUID(),
    traceparent: null,
  },
});
