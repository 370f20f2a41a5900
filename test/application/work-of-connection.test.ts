import { describe, expect, it } from 'vitest';
import { workChanges, type RefreshPolicy, type WorkChange } from '../../src/application/work-lists/work-of-connection.ts';
import type { ConnectionEvent } from '../../src/domain/connection/events.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { millisOf, plusMillis } from '../../src/domain/values/instant.ts';
import { aMoment, connected, disconnected, profileChanged, reauthorizationRequired, refreshFailed, refreshStarted, tokensRefreshed } from '../support/sample-events.ts';

const hour = 3_600_000;
const id = (number: number) => connectionId(`00000000-0000-5000-8000-${String(number).padStart(12, '0')}`);
const after = (event: ConnectionEvent, policy: RefreshPolicy = 'eager', of = id(1)): readonly WorkChange[] =>
  workChanges(of, { event, revision: 3, occurredAt: aMoment }, policy);
const dueMillis = (changes: readonly WorkChange[]): number => {
  const [change] = changes;
  if (change === undefined || !('put' in change)) throw new Error('nothing was put into the list');
  return millisOf(change.put.dueAt) - millisOf(aMoment);
};
const twoHours = { accessTokenExpiresAt: plusMillis(aMoment, 2 * hour), refreshTokenExpiresAt: plusMillis(aMoment, 180 * 24 * hour) };

describe('the work of a connection', () => {
  it('eagerly refreshes well before the access token ends, at another moment for each connection', () => {
    const dues = Array.from({ length: 200 }, (_, number) => dueMillis(after(connected(twoHours), 'eager', id(number))));
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(1.2 * hour);
    expect(Math.max(...dues)).toBeLessThanOrEqual(1.7 * hour);
    expect(new Set(dues).size).toBeGreaterThan(150);
  });

  it('lazily refreshes before the refresh token ends', () => {
    const due = dueMillis(after(tokensRefreshed(twoHours), 'lazy'));
    expect(due / (180 * 24 * hour)).toBeGreaterThanOrEqual(0.8);
    expect(due / (180 * 24 * hour)).toBeLessThanOrEqual(0.95);
  });

  it('eagerly refreshes before the refresh token ends, should it end first', () => {
    const odd = { accessTokenExpiresAt: plusMillis(aMoment, 24 * hour), refreshTokenExpiresAt: plusMillis(aMoment, hour) };
    expect(dueMillis(after(tokensRefreshed(odd)))).toBeLessThanOrEqual(0.85 * hour);
  });

  it('looks at each connection about once a day, at any time of the day', () => {
    const validations = (event: ConnectionEvent, of = id(1)) =>
      after(event, 'lazy', of).flatMap((change) => ('put' in change && change.put.kind === 'validate' ? [millisOf(change.put.dueAt) - millisOf(aMoment)] : []));
    const first = Array.from({ length: 200 }, (_, number) => validations(connected(twoHours), id(number))[0] ?? Number.NaN);
    expect(Math.min(...first)).toBeLessThan(8 * hour);
    expect(Math.max(...first)).toBeGreaterThan(18 * hour);
    expect(validations(profileChanged())[0]).toBeGreaterThanOrEqual(22 * hour);
    expect(validations(tokensRefreshed(twoHours))).toEqual([]);
    expect(validations(reauthorizationRequired())).toEqual([]);
  });

  it('tries a refresh token of unknown age within a day', () => {
    expect(dueMillis(after(connected({ ...twoHours, refreshTokenExpiresAt: null }), 'lazy'))).toBeLessThanOrEqual(24 * hour);
  });

  it('looks after an attempt once its deadline has passed', () => {
    expect(dueMillis(after(refreshStarted({ deadline: plusMillis(aMoment, 30_000) })))).toBe(30_000);
  });

  it('tries again later and later, an hour at most', () => {
    const pauses = [1, 2, 5, 50].map((failures) => dueMillis(after(refreshFailed({ failures }))));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeLessThanOrEqual(30_000);
    expect(pauses[3]).toBeLessThanOrEqual(hour);
  });

  it('ends where only a consent helps', () => {
    expect(after(reauthorizationRequired())).toEqual([{ remove: { kind: 'refresh', subject: id(1), revision: 3 } }]);
  });

  it('is to destroy the keys of a life that ended and to end its publications, and nothing else', () => {
    expect(after(disconnected())).toEqual([
      { remove: { kind: 'refresh', subject: id(1), revision: 3 } },
      { remove: { kind: 'validate', subject: id(1), revision: 3 } },
      { put: { kind: 'destroy_keys', subject: `${id(1)}:1`, connectionId: id(1), life: 1, revision: 3, dueAt: aMoment } },
      { put: { kind: 'end_publications', subject: `${id(1)}:1`, connectionId: id(1), life: 1, revision: 3, dueAt: aMoment } },
    ]);
  });
});
