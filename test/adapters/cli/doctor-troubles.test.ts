import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectsFinding, tokensFinding } from '../../../src/application/diagnosing/connect-checks.ts';
import { databaseRightsFinding } from '../../../src/application/diagnosing/rights-checks.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createDatabaseDiagnosis } from '../../../src/adapters/postgres/postgres-diagnosis.ts';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await openInstallation();
  await installation.connect('open-1');
  await installation.connect('open-2', 'bob');
  await installation.project();
});
afterAll(() => installation.close());

const troubles = () => createDatabaseDiagnosis(installation.pool).recentTroubles();

test('connects that were refused within a day are counted by what was said of them', async () => {
  expect(connectsFinding(await troubles()).status).toBe('ok');
  const log = createSecurityLog(installation.pool);
  for (const [code, tiktok] of [['invalid_state', null], ['invalid_state', null], ['token_exchange_failed', 'invalid_client'], ['access_denied', 'access_denied'], ['access_denied', 'a\0b']] as const) {
    const written = await log.record({ kind: 'connect_refused', detail: { code, user_id: null, tiktok }, principal: 'anonymous', connectionId: null });
    expect(written.isOk()).toBe(true);
  }
  expect(connectsFinding(await troubles())).toMatchObject({
    status: 'warn',
    detail: 'Connects of the last day ended 2 times because the state did not match (invalid_state). Connects of the last day ended once because wrong client key or secret (token_exchange_failed, invalid_client).',
  });
  await installation.tamper(`update tiktok_connections.security_log set at = at - interval '25 hours'`);
  expect(connectsFinding(await troubles()).status).toBe('ok');
});

test('connections with expired tokens, and those that need a consent, are counted', async () => {
  expect(tokensFinding(await troubles()).status).toBe('ok');
  await installation.tamper(`update tiktok_connections.connections set access_token_expires_at = now() - interval '1 s' where user_id = 'bob'`);
  await installation.tamper(`update tiktok_connections.connections set status = 'reauthorization_required', reauthorization_reason = 'refresh_rejected' where user_id <> 'bob'`);
  expect(tokensFinding(await troubles()).detail).toContain("1 need the person's consent again (refresh_rejected); 1 have an access token that has expired");
});

test('rights that the database role lacks are named', async () => {
  const role = `clerk_${process.pid}_${Date.now()}`;
  const admin = new pg.Client({ connectionString: installation.url });
  await admin.connect();
  await admin.query(`create role ${role} login password 'made-up'`);
  await admin.query(`grant usage on schema tiktok_connections to ${role}`);
  await admin.query(`grant select, insert, update, delete on all tables in schema tiktok_connections to ${role}`);
  await admin.query(`revoke insert on tiktok_connections.events from ${role}`);
  const url = new URL(installation.url);
  url.username = role;
  url.password = 'made-up';
  const pool = createPool({ url: url.href });
  const found = databaseRightsFinding(await createDatabaseDiagnosis(pool).missingRights());
  expect(found).toMatchObject({ status: 'fail', detail: 'The database role may not insert events, make tables in the schema tiktok_connections.' });
  await pool.end();
  await admin.query(`drop owned by ${role}`);
  await admin.query(`drop role ${role}`);
  await admin.end();
  expect(databaseRightsFinding(await createDatabaseDiagnosis(installation.pool).missingRights()).status).toBe('ok');
});
