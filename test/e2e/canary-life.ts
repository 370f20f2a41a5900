import pg from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { addressesIn } from '../support/announcement.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { dumpDatabase, type DumpedTable } from '../support/database-dump.ts';
import { until } from '../support/until.ts';
import { outcomeOf, wirePerson } from '../support/wire-person.ts';
import type { Wire, WireCall } from '../support/wire.ts';
import { clientSecret, person, type CanaryInstallation } from './canary-installation.ts';

/** Everything that a callback can be refused for, TikTok's own words with our secret in them included. */
const failInEveryWay = async ({ tiktok, signedIn, begin, connect }: CanaryInstallation, wire: Wire): Promise<void> => {
  const browser = await signedIn(wire, 'failing');
  expect(await connect(browser, '', true)).toBe('access_denied');
  const echo = { error: 'invalid_grant', error_description: `no: ${clientSecret} ${encodeURIComponent(clientSecret)}`, log_id: clientSecret };
  await tiktok.addFaults({ endpoint: 'token.code', action: { type: 'respond', status: 200, body: echo } });
  expect(await connect(browser)).toBe('token_exchange_failed');
  await tiktok.addFaults({ endpoint: 'token.code', action: { type: 'transform', set: { expires_in: 'soon' } } });
  expect(await connect(browser)).toBe('token_exchange_failed');
  await tiktok.addFaults({ endpoint: 'token.code', action: { type: 'transform', set: { scope: 'video.publish' } } });
  expect(await connect(browser)).toBe('missing_scopes');
  await tiktok.addFaults({ endpoint: 'user_info', action: { type: 'transform', set: { 'error.code': 'internal_error', 'error.message': person.display_name } } });
  expect(await connect(browser)).toBe('user_info_failed');
  const replayed = await tiktok.decide(await begin(browser), { account: person.id });
  for (const name of browser.cookies.keys()) if (name.includes('oauth')) browser.cookies.delete(name);
  expect(outcomeOf(await browser.comeBack(replayed))).toBe('invalid_state');
  expect(outcomeOf(await browser.comeBack(new URL(`${replayed.href}&code=twice`)))).toBe('missing_parameters');
};

/** Requests that carry a secret to where none belongs. */
const sendOddly = async (wire: Wire, key: string): Promise<void> => {
  const header = { authorization: `Bearer ${key}` };
  const odd: readonly WireCall[] = [
    { url: `/v1/connections?cursor=${encodeURIComponent(key)}`, headers: header },
    { url: `/v1/connections?unknown=${encodeURIComponent(key)}`, headers: header },
    { url: `/nowhere?token=${encodeURIComponent(key)}`, headers: header },
    { url: '/v1/connections', headers: { authorization: `Basic ${key}` } },
    { url: '/v1/connections', headers: { authorization: `Bearer ${key}x` } },
    { url: '/v1/connections', headers: { authorization: `Bearer ${key} ${key}` } },
    { url: '/v1/connections', headers: { cookie: `__session=${key}; tiktok_oauth_1=${key}` } },
    { method: 'POST', url: '/v1/connect-sessions', headers: { ...header, 'content-type': 'application/json' }, body: `{"user_id": ${key}` },
    { method: 'POST', url: '/v1/connect-sessions', headers: header, body: { user_id: 'a', secret: key } },
    { method: 'POST', url: '/api/tiktok/unbind', headers: { ...header, 'content-type': 'text/plain' }, body: key },
    { url: `/api/tiktok/auth/authorize?session=${encodeURIComponent(key)}` },
    { url: `/api/tiktok/auth/authorize?return_to=${encodeURIComponent(`https://attacker.example/${key}`)}` },
  ];
  for (const call of odd) expect((await wire.call(call)).status).not.toBe(500);
};

const asAdministrator = async (databaseUrl: string, ...statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
};

const refused = (name: string, moment: string, table: string): string =>
  `create trigger ${name} before ${moment} on tiktok_connections.${table} for each row execute function refuse()`;

/** The database refuses rows and quotes them in its words: where it does not hold the history, that of the attempt which comes back. */
const failInTheDatabase = async ({ signedIn, connect }: CanaryInstallation, wire: Wire, databaseUrl: string): Promise<void> => {
  const body = "begin raise exception 'refused: %', new::text using detail = new::text; end";
  const ofComingBack = historyIsInPostgres() ? refused('refuse', 'insert', 'events') : refused('refuse_later', 'update', 'authorization_attempts');
  await asAdministrator(
    databaseUrl,
    `create function refuse() returns trigger language plpgsql as $$ ${body} $$`,
    refused('refuse', 'insert', 'authorization_attempts'),
    refused('refuse', 'insert', 'data_keys'),
    ofComingBack,
  );
  const browser = await signedIn(wire, 'ada');
  expect(outcomeOf(await browser.call({ url: '/api/tiktok/auth/authorize' }))).toBe('database_error');
  await asAdministrator(databaseUrl, 'drop trigger refuse on tiktok_connections.authorization_attempts');
  expect(await connect(browser)).toBe('database_error');
  await asAdministrator(databaseUrl, 'drop function refuse cascade');
};

const followLink = async ({ tiktok, remember, handOut, connect }: CanaryInstallation, wire: Wire, key: string): Promise<void> => {
  const link = await wire.call({ method: 'POST', url: '/v1/connect-sessions', headers: { authorization: `Bearer ${key}` }, body: { user_id: 'linked' } });
  const { token } = z.object({ token: z.string() }).parse(link.json());
  remember('connect link', token);
  handOut(link, token);
  const stranger = wirePerson(wire, tiktok, {});
  expect(await connect(stranger, `?session=${token}`)).toBe('account_linked_to_another_user');
  expect(outcomeOf(await stranger.call({ url: `/api/tiktok/auth/authorize?session=${token}` }))).toBe('session_expired');
};

/** Starts, connects, fails in every way, is killed, starts again, disconnects and is audited. Answers all of its tables. */
export const liveThrough = async (installation: CanaryInstallation): Promise<readonly DumpedTable[]> => {
  const { tiktok, start, command, signedIn, begin, connect, remember } = installation;
  const first = await start();
  const { database } = addressesIn(first.service.output());
  const key = (await command('keys', 'create', '--name', 'backend', '--scopes', 'admin')).trim();
  remember('API key', key);
  remember('secret of the API key', key.split('_').slice(2).join('_'));

  const browser = await signedIn(first.wire, 'ada');
  expect(await connect(browser)).toBe('success');
  const [connection] = await browser.connections();
  expect(connection?.tiktok).toMatchObject({ display_name: person.display_name, username: person.username, bio_description: person.bio });
  const id = connection?.id ?? '';
  await browser.call({ url: '/dashboard/account' });
  await failInEveryWay(installation, first.wire);
  await sendOddly(first.wire, key);
  await followLink(installation, first.wire, key);
  await failInTheDatabase(installation, first.wire, database);

  const callback = await tiktok.decide(await begin(browser, '?add_account=1'), { account: person.id });
  await tiktok.addFaults({ endpoint: 'user_info', delay_ms: 60_000 });
  const lost = browser.comeBack(callback).catch(() => undefined);
  await until(() => tiktok.countCalls({ endpoint: 'user_info', pending: 'true' }), (pending) => pending === 1);
  await first.service.kill();
  await lost;

  const second = await start();
  const again = await signedIn(second.wire, 'ada');
  expect(await connect(again)).toBe('success');
  expect((await again.unbind(id)).status).toBe(200);
  const audits = [['history', id], ['history', id, '--json'], ['history', id, '--at', '1'], ['verify'], ['doctor'], ['keys', 'list']];
  for (const args of audits) await command(...args);
  await command('keys', 'revoke', key.split('_')[1] ?? '');
  expect(await connect(again)).toBe('success');
  await asAdministrator(database, 'checkpoint');
  const dump = [...(await dumpDatabase(database)), ...(await installation.historyElsewhere())];
  expect(await second.service.stop()).toBe(0);
  return dump;
};
