import { randomUUID } from 'node:crypto';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead, type DomainEvent, type EventStore, type StreamHead } from '../../src/application/ports/event-store.ts';
import type { Connected } from '../../src/domain/connection/events.ts';
import { attemptId, connectionId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { sampleAppend, sampleEvent } from '../append/sample-event.ts';

const appendedAtOnce = 200;
const everyMillis = 3_600_000;

const isConnected = (event: DomainEvent): event is Connected => event.type === 'Connected';

/** A connect and then refreshes, each begun and ended: what a kept connection's history mostly is. */
const eventAt = (connected: Connected, place: number): DomainEvent => {
  const moment = instant(Date.UTC(2026, 0, 1) + place * everyMillis);
  const attempt = attemptId(`attempt ${Math.ceil(place / 2)}`);
  if (place === 0) return connected;
  if (place % 2 === 1) return { type: 'TokenRefreshStarted', data: { life: 1, attemptId: attempt, probe: false, startedAt: moment, deadline: moment } };
  const { tokens, scopes } = connected.data;
  const expiries = { accessTokenExpiresAt: moment, refreshTokenExpiresAt: moment };
  return { type: 'TokensRefreshed', data: { life: 1, attemptId: attempt, tokens, scopes, ...expiries, refreshedAt: moment } };
};

export interface LongHistory {
  readonly id: ConnectionId;
  /** Makes it so many events long in all. */
  growTo(events: number): Promise<void>;
}

export const longHistory = (eventStore: EventStore): LongHistory => {
  const id = connectionId(randomUUID());
  const sample = sampleEvent();
  if (!isConnected(sample)) throw new TypeError('the sample is a Connected');
  let head: StreamHead = emptyHead;
  return {
    id,
    growTo: async (events) => {
      while (head.revision < events) {
        const count = Math.min(appendedAtOnce, events - head.revision);
        const more = Array.from({ length: count }, (_, index) => sampleAppend(eventAt(sample, head.revision + index)));
        const appended = await eventStore.append(connectionStream(id), head, more);
        if (appended.isErr()) throw new Error(`the history was not written: ${appended.error.kind}`);
        head = appended.value.head;
      }
    },
  };
};
