import { err, errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { clockFinding, clusterFinding, migrationsFinding, poolerFinding, serverFinding, transactionsFinding } from '../../../src/application/diagnosing/database-checks.ts';
import { checkKeys } from '../../../src/application/diagnosing/key-checks.ts';
import { lagFinding, parkedFinding, waitingBehind } from '../../../src/application/diagnosing/projection-checks.ts';
import { checkProvider } from '../../../src/application/diagnosing/provider-checks.ts';
import { redirectFinding, settingsChecks, settingsFinding } from '../../../src/application/diagnosing/settings-checks.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { checkpoint } from '../../../src/application/ports/event-names.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import type { OpenFailure, Sealer } from '../../../src/application/ports/sealer.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { plusMillis } from '../../../src/domain/values/instant.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { aMoment, connected, newStream, toAppend } from '../../support/sample-events.ts';

const away = unavailable('database', 'ECONNREFUSED');

describe('the settings', () => {
  test('fail with every problem they have', () => {
    expect(settingsFinding(['PORT must be a port.', 'HOST must be an address.'])).toMatchObject({ status: 'fail', detail: 'PORT must be a port. HOST must be an address.' });
    expect(settingsFinding([]).status).toBe('ok');
  });

  test('about the redirect URI have a check of their own', async () => {
    const problems = ['PORT must be a port.', 'TIKTOK_REDIRECT_URI must not have a query: TikTok refuses it.'];
    const reports = await Promise.all(settingsChecks(problems, null, null).map(async ({ name, run }) => ({ name, detail: (await run()).detail })));
    expect(reports).toEqual([
      { name: 'settings', detail: problems[0] },
      { name: 'redirect_uri', detail: problems[1] },
    ]);
    expect(redirectFinding([], 'https://connect.example.com/api/tiktok/auth/callback')).toMatchObject({ status: 'ok' });
  });
});

describe('the database', () => {
  test.each([
    [140_020, 'fail'],
    [150_000, 'ok'],
    [180_004, 'ok'],
    [190_000, 'warn'],
  ])('of version %i is judged %s', (version, status) => {
    expect(serverFinding(ok({ version, now: aMoment })).status).toBe(status);
  });

  test('that does not answer fails with what to check', () => {
    expect(serverFinding(err(away))).toMatchObject({ status: 'fail', detail: 'PostgreSQL does not answer (ECONNREFUSED).' });
    expect(serverFinding(err(away)).remedy).toContain('DATABASE_URL');
  });

  test('that lacks migrations fails with their names', () => {
    expect(migrationsFinding(ok(['0002-stores.sql']))).toMatchObject({ status: 'fail', detail: 'The database lacks 0002-stores.sql.' });
    expect(migrationsFinding(ok([])).status).toBe('ok');
    expect(migrationsFinding(err({ sentence: 'The migration was changed.' }))).toMatchObject({ status: 'fail', detail: 'The migration was changed.' });
  });

  test('that was restored into another cluster fails with the command that mends it', () => {
    const restored = { kind: 'RestoredIntoAnotherCluster', sentence: 'It was written elsewhere.' } as const;
    expect(clusterFinding(err(restored))).toMatchObject({ status: 'fail', detail: 'It was written elsewhere.' });
    expect(clusterFinding(err(restored)).remedy).toContain('migrate --adopt-cluster');
    expect([clusterFinding(ok(undefined)).status, clusterFinding(err(away)).status]).toEqual(['ok', 'fail']);
  });

  test('behind a pooler in transaction mode fails', () => {
    expect([poolerFinding(ok(true)).status, poolerFinding(ok(false)).status, poolerFinding(err(away)).status]).toEqual(['fail', 'ok', 'fail']);
  });

  test.each([
    [0, 'ok'],
    [900, 'ok'],
    [-2_000, 'warn'],
    [30_000, 'fail'],
  ])('whose clock is %i ms off is judged %s', (millis, status) => {
    const asked = { before: aMoment, after: plusMillis(aMoment, 4) };
    expect(clockFinding(plusMillis(aMoment, millis + 2), asked).status).toBe(status);
  });

  test('is not blamed for the time that its answer took', () => {
    expect(clockFinding(plusMillis(aMoment, 8_000), { before: aMoment, after: plusMillis(aMoment, 8_000) }).status).toBe('ok');
  });

  test.each([
    [{ seconds: null, heldSeconds: 0 }, 'ok'],
    [{ seconds: 2, heldSeconds: 2 }, 'ok'],
    [{ seconds: 90, heldSeconds: 0 }, 'warn'],
    [{ seconds: 90, heldSeconds: 60 }, 'warn'],
  ])('with an oldest transaction of %o is judged %s', (oldest, status) => {
    expect(transactionsFinding(ok(oldest)).status).toBe(status);
  });
});

describe('the key ring', () => {
  const sample = {
    context: { connectionId: connectionId('6f0e0000-0000-5000-8000-000000000001'), life: 1, purpose: 'profile', field: 'profile' },
    sealed: sealed('s1.made-up'),
  } as const;
  const use = { keyEncryptionKeyId: 'kek-1', dataKeys: 3, sample };
  const opening = (failure: OpenFailure | null): Sealer => ({
    hold: () => errAsync(away),
    holdAll: () => errAsync(away),
    seal: () => errAsync(away),
    open: () => (failure === null ? okAsync(secret('plain')) : errAsync(failure)),
    openAll: () => errAsync(away),
  });
  const every = (): boolean => true;

  test('is fine when it opens what is stored, or when nothing is', async () => {
    expect((await checkKeys(ok([use]), every, opening(null))).status).toBe('ok');
    expect((await checkKeys(ok([]), every, opening(null))).status).toBe('ok');
    expect((await checkKeys(ok([{ ...use, sample: null }]), every, opening({ kind: 'KeyLost' }))).status).toBe('ok');
  });

  test('that lacks a key fails and names it', async () => {
    const finding = await checkKeys(ok([use]), () => false, opening(null));
    expect(finding).toMatchObject({ status: 'fail', detail: 'The key kek-1, which wraps 3 data keys, is not in the key ring.' });
    expect((await checkKeys(ok([use]), every, opening({ kind: 'KeyLost' }))).status).toBe('fail');
  });

  test('with other bytes under the same name fails', async () => {
    const finding = await checkKeys(ok([use]), every, opening({ kind: 'NotAuthentic', reason: 'does not unwrap', ofAnotherKey: false }));
    expect([finding.status, finding.detail.includes('other bytes')]).toEqual(['fail', true]);
  });

  test('is not blamed for a life that ended meanwhile, nor for a database that is away', async () => {
    expect((await checkKeys(ok([use]), every, opening({ kind: 'Erased' }))).status).toBe('ok');
    expect((await checkKeys(ok([use]), every, opening(away))).detail).toContain('did not answer');
    expect((await checkKeys(err(away), every, opening(null))).detail).toContain('did not answer');
  });
});

describe('a projection', () => {
  const minuteAgo = ok({ events: 3, more: false, since: plusMillis(aMoment, -60_000) });

  test('that has seen everything, or nearly, is up to date', () => {
    expect(lagFinding('connections', ok({ events: 0, more: false, since: null }), aMoment).status).toBe('ok');
    expect(lagFinding('connections', ok({ events: 3, more: false, since: plusMillis(aMoment, -500) }), aMoment).status).toBe('ok');
    expect(lagFinding('connections', null, aMoment).status).toBe('ok');
  });

  test('that is behind is a warning with how far', () => {
    expect(lagFinding('connections', minuteAgo, aMoment)).toMatchObject({ status: 'warn', detail: 'connections has 3 events to read, the oldest 60 s old.' });
    const more = ok({ events: 1_000, more: true, since: plusMillis(aMoment, -60_000) });
    expect(lagFinding('connections', more, aMoment).detail).toContain('more than 1000');
  });

  test('of another event store fails', () => {
    const foreign = { kind: 'CheckpointOfAnotherStore', checkpoint: checkpoint('x'), store: 'pg:1' } as const;
    expect(lagFinding('connections', err(foreign), aMoment).status).toBe('fail');
    expect(lagFinding('connections', err(away), aMoment).status).toBe('fail');
  });

  test('has waiting what stands behind its checkpoint in the feed', async () => {
    const eventStore = createInMemoryEventStore();
    const first = (await eventStore.append(newStream(), emptyHead, [toAppend(connected())]))._unsafeUnwrap();
    (await eventStore.append(newStream(), emptyHead, [toAppend(connected()), toAppend()]))._unsafeUnwrap();
    expect((await waitingBehind(eventStore, null))?._unsafeUnwrap()).toMatchObject({ events: 3, more: false });
    expect((await waitingBehind(eventStore, first.checkpoint))?._unsafeUnwrap()).toMatchObject({ events: 2 });
    expect((await waitingBehind(eventStore, checkpoint('elsewhere')))?._unsafeUnwrapErr().kind).toBe('CheckpointOfAnotherStore');
  });

  test('with parked streams is a warning that names the oldest', () => {
    const parked = { projection: 'work', stream: newStream(), revision: 7, eventType: 'Connected', reason: 'not known', parkedAt: aMoment, triedAt: aMoment };
    const finding = parkedFinding(ok([parked]));
    expect([finding.status, finding.detail.includes(`${parked.stream} at event 7 in work`)]).toEqual(['warn', true]);
    expect([parkedFinding(ok([])).status, parkedFinding(err(away)).status]).toEqual(['ok', 'fail']);
  });
});

describe('TikTok', () => {
  const provider = { simulated: false, urls: ['https://www.tiktok.com/v2/auth/authorize/', 'https://open.tiktokapis.com'] };
  const silent = (url: string) => Promise.resolve(url.includes('www') ? ok(12) : err('ENOTFOUND'));

  test('is fine when every address answers', async () => {
    expect((await checkProvider(provider, () => Promise.resolve(ok(12)))).status).toBe('ok');
  });

  test('that does not answer fails, and its simulator is only a warning', async () => {
    expect(await checkProvider(provider, silent)).toMatchObject({ status: 'fail', detail: 'TikTok does not answer at https://open.tiktokapis.com (ENOTFOUND).' });
    expect((await checkProvider({ ...provider, simulated: true }, silent)).status).toBe('warn');
  });
});
