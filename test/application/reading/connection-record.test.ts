import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentLife, evolveRecord, type ConnectionRecord } from '../../../src/application/reading/connection-record.ts';
import type { ConnectionEvent } from '../../../src/domain/connection/events.ts';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { connected, disconnected } from '../../support/sample-events.ts';
import { anyEvent, anySteps } from '../../domain/connection/arbitrary.ts';
import { ada, bob, minute } from '../../domain/connection/commands.ts';

const id = connectionId('6f0e0000-0000-5000-8000-000000000001');

const fold = (events: readonly ConnectionEvent[]): ConnectionRecord | null =>
  events.reduce<ConnectionRecord | null>(
    (record, event, index) => evolveRecord(record, id, { event, occurredAt: minute(index), revision: index + 1 }),
    null,
  );

describe('the record of a connection', () => {
  it('agrees with the aggregate after every event that was ever decided', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const history = steps.flatMap(({ events }) => events);
        history.forEach((_, index) => {
          const events = history.slice(0, index + 1);
          const state = events.reduce(connectionDecider.evolve, connectionDecider.initial);
          const record = fold(events);
          const current = record === null ? undefined : currentLife(record);
          if (state.status === 'none') return expect(current).toBeUndefined();
          const { status, life, userId, clientKey, profile, scopes, connectedAt } = state;
          expect(current).toMatchObject({ status, life, userId, clientKey, profile, scopes, connectedAt, revision: index + 1 });
          const { tokens, accessTokenExpiresAt, refreshTokenExpiresAt } =
            state.status === 'active' ? state : { tokens: null, accessTokenExpiresAt: null, refreshTokenExpiresAt: null };
          expect(current).toMatchObject({ tokens, accessTokenExpiresAt, refreshTokenExpiresAt });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('folds any sequence of events without throwing, one entry per user who ever connected', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const owners = fold(events)?.owners.map(({ userId }) => userId) ?? [];
        expect(new Set(owners).size).toBe(owners.length);
        const connecting = events.flatMap((event) => (event.type === 'Connected' ? [event.data.userId] : []));
        expect(new Set(owners)).toEqual(new Set(connecting));
      }),
    );
  });

  it('leaves a former owner with what was theirs', () => {
    const record = fold([
      connected({ userId: ada, connectedAt: minute(0) }),
      disconnected({ disconnectedAt: minute(1) }),
      connected({ userId: bob, life: 2, connectedAt: minute(2) }),
    ]);
    expect(record?.owners).toMatchObject([
      { userId: ada, life: 1, status: 'disconnected', tokens: null, revision: 2 },
      { userId: bob, life: 2, status: 'active', revision: 3 },
    ]);
    expect(record?.firstConnectedAt).toBe(minute(0));
  });

  it('remembers when a user first connected, through other owners and new lives', () => {
    const record = fold([
      connected({ userId: ada, connectedAt: minute(0) }),
      disconnected(),
      connected({ userId: bob, life: 2, connectedAt: minute(2) }),
      disconnected({ life: 2 }),
      connected({ userId: ada, life: 3, connectedAt: minute(4) }),
    ]);
    expect(record?.owners).toMatchObject([
      { userId: bob, firstConnectedAt: minute(2) },
      { userId: ada, firstConnectedAt: minute(0), connectedAt: minute(4) },
    ]);
  });
});
