import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthorizationAttempts } from '../../../src/adapters/postgres/postgres-authorization-attempts.ts';
import { createConnectSessions } from '../../../src/adapters/postgres/postgres-connect-sessions.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import type { AuthorizationAttempt } from '../../../src/application/ports/authorization-attempts.ts';
import type { ConnectSession } from '../../../src/application/ports/connect-sessions.ts';
import { userId } from '../../../src/domain/values/ids.ts';
import { plusMillis } from '../../../src/domain/values/instant.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const inMillis = (millis: number) => plusMillis(systemClock.now(), millis);
const digest = () => systemIds.digest(systemIds.token());

const attempt = (change: Partial<AuthorizationAttempt> = {}): AuthorizationAttempt => ({
  id: systemIds.authorizationId(),
  stateDigest: digest(),
  cookieDigest: digest(),
  userId: userId('user_1'),
  returnTo: 'https://app.example/settings?tab=1',
  viaConnectLink: false,
  expiresAt: inMillis(600_000),
  ...change,
});

const session = (change: Partial<ConnectSession> = {}): ConnectSession => ({
  tokenDigest: digest(),
  userId: userId('user_1'),
  returnTo: null,
  scopes: [scope('user.info.basic')],
  addAccount: true,
  expiresAt: inMillis(900_000),
  ...change,
});

describe('an authorization attempt', () => {
  test('comes back as it was opened', async () => {
    const attempts = createAuthorizationAttempts(database.pool);
    const opened = attempt({ viaConnectLink: true });
    (await attempts.open(opened))._unsafeUnwrap();
    expect((await attempts.consume(opened.stateDigest))._unsafeUnwrap()).toEqual(opened);
  });

  test('is consumed once by 100 parallel callbacks of two replicas', async () => {
    const one = createAuthorizationAttempts(database.pool);
    const other = createAuthorizationAttempts(database.anotherPool());
    const opened = attempt();
    (await one.open(opened))._unsafeUnwrap();
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? one : other).consume(opened.stateDigest)));
    const consumed = outcomes.map((outcome) => outcome._unsafeUnwrap()).filter((found) => found !== null);
    expect(consumed).toEqual([opened]);
  });

  test('is not found once expired, nor under an unknown state', async () => {
    const attempts = createAuthorizationAttempts(database.pool);
    const expired = attempt({ expiresAt: inMillis(-1) });
    (await attempts.open(expired))._unsafeUnwrap();
    expect((await attempts.consume(expired.stateDigest))._unsafeUnwrap()).toBeNull();
    expect((await attempts.consume(digest()))._unsafeUnwrap()).toBeNull();
  });

  test('cannot be asked of a database that is away', async () => {
    const attempts = createAuthorizationAttempts(absentPool());
    expect((await attempts.consume(digest()))._unsafeUnwrapErr()).toEqual({ kind: 'Unavailable', part: 'database', reason: 'ECONNREFUSED' });
    expect((await attempts.open(attempt()))._unsafeUnwrapErr().kind).toBe('Unavailable');
  });
});

describe('a connect session', () => {
  test('is redeemed once, as it was opened', async () => {
    const sessions = createConnectSessions(database.pool);
    const opened = session();
    (await sessions.open(opened))._unsafeUnwrap();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => sessions.redeem(opened.tokenDigest)));
    expect(outcomes.map((outcome) => outcome._unsafeUnwrap()).filter((found) => found !== null)).toEqual([opened]);
  });

  test('keeps "no scopes named" apart from a list of them', async () => {
    const sessions = createConnectSessions(database.pool);
    const opened = session({ scopes: null, returnTo: 'https://app.example/back', addAccount: false });
    (await sessions.open(opened))._unsafeUnwrap();
    expect((await sessions.redeem(opened.tokenDigest))._unsafeUnwrap()).toEqual(opened);
  });

  test('is not found once expired', async () => {
    const sessions = createConnectSessions(database.pool);
    const expired = session({ expiresAt: inMillis(-1) });
    (await sessions.open(expired))._unsafeUnwrap();
    expect((await sessions.redeem(expired.tokenDigest))._unsafeUnwrap()).toBeNull();
  });
});
