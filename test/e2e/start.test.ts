import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addressesIn } from '../support/announcement.ts';
import { installation, npmStart, personAt, type Installation } from '../support/installation.ts';
import { killAllAbout, processesAbout, untilNobodyIsAbout } from '../support/processes.ts';
import { freePort, killLeftovers, runCommand, spawnService, startService, temporaryDirectory, type Environment, type ServiceProcess } from '../support/service-process.ts';
import { simulatorControl } from '../support/simulator-control.ts';
import { openWire } from '../support/wire.ts';
import { outcomeOf, wirePerson } from '../support/wire-person.ts';

afterAll(killLeftovers);

const asReader = async (databaseUrl: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('set role tiktok_reader');
    const { rows }: { rows: readonly unknown[] } = await client.query('select * from user_tiktok_connections order by created_at');
    return rows;
  } finally {
    await client.end();
  }
};

const apiKeyOf = async (environment: Environment): Promise<string> => {
  const made = await runCommand(environment, ['keys', 'create', '--name', 'backend', '--scopes', 'connections:read', '--json']);
  return z.object({ key: z.string() }).parse(JSON.parse(made.output)).key;
};

describe('npm start without settings', () => {
  let place: Installation;
  let service: ServiceProcess;

  beforeAll(async () => {
    place = await installation();
    service = await startService(place.environment, npmStart);
  });
  afterAll(async () => {
    await killAllAbout(place.folder);
    await place.remove();
  });

  it('prints the addresses of the account page, the API page, the database and the simulator, which all answer', async () => {
    const { accountPage, apiPage, database, simulator } = addressesIn(service.output());
    const wire = await openWire(service.url);
    for (const page of [accountPage, apiPage]) {
      const { origin, pathname } = new URL(page);
      expect(origin).toBe(service.url);
      expect(await wire.call({ url: pathname }), page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    }
    expect((await fetch(simulator)).status).toBe(200);
    expect(await asReader(database)).toEqual([]);
    expect(service.errors().split('\n').filter((line) => line !== '' && !line.startsWith('npm '))).toEqual([]);
  });

  it('a connected account stands in the table for SQL readers, never with a token in clear, until it is unbound', async () => {
    const person = await personAt(service, 'ada-of-the-app');
    expect(outcomeOf(await person.connect({ account: 'ada' }))).toBe('success');
    const [connection] = await person.connections();
    expect(connection).toMatchObject({ status: 'active', tiktok: { display_name: 'Ada Builds' }, revision: 1 });

    const { database, simulator } = addressesIn(service.output());
    const rows = await asReader(database);
    expect(rows).toMatchObject([
      { id: connection?.id, user_id: 'ada-of-the-app', tiktok_open_id: connection?.tiktok.open_id, display_name: 'Ada Builds', scope: 'user.info.basic,video.publish' },
    ]);
    const tokens = await simulatorControl(simulator).tokens('ada');
    expect(tokens.map(({ kind }) => kind).sort()).toEqual(['access', 'code', 'refresh']);
    for (const { token } of tokens) expect(JSON.stringify(rows)).not.toContain(token);

    expect((await person.unbind()).json()).toEqual({ success: true, connection_id: connection?.id });
    expect(await person.connections()).toEqual([]);
    expect(await asReader(database)).toEqual([]);
    expect(await simulatorControl(simulator).isGranted('ada')).toBe(false);
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const keys = async (): Promise<unknown> => {
      const fences = await client.query('select purpose from tiktok_connections.data_key_fences where connection_id = $1', [connection?.id]);
      const left = await client.query('select purpose from tiktok_connections.data_keys where connection_id = $1', [connection?.id]);
      return { fences: fences.rows, left: left.rows };
    };
    await expect.poll(keys, { interval: 20 }).toEqual({ fences: [{ purpose: 'tokens' }], left: [{ purpose: 'profile' }] });
    await client.end();
  });

  it('a second service on the same data directory is refused with a sentence and exit code 3, and the first goes on', async () => {
    const second = await spawnService({ ...place.environment, PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) });
    expect(await second.ended).toEqual({ code: 3, signal: null });
    expect(second.errors()).toMatch(/^The data directory \S+ is in use by another running service \(process \d+\)\. Stop that one first.*\n$/);
    expect(second.output()).toBe('');
    expect((await (await openWire(service.url)).call({ url: '/readyz' })).status).toBe(200);
  });

  it('SIGTERM ends everything with exit code 0', async () => {
    expect(await service.stop()).toBe(0);
    await untilNobodyIsAbout(place.folder, 1_000);
  });
});

describe('a killed service', () => {
  let place: Installation;

  beforeAll(async () => {
    place = await installation();
  });
  afterAll(async () => {
    await killAllAbout(place.folder);
    await place.remove();
  });

  const ways: readonly (readonly [how: string, account: string, kill: (service: ServiceProcess) => Promise<void>])[] = [
    ['the service process alone', 'ada', (service) => service.kill()],
    ['everything with it, PostgreSQL included', 'bruno', async () => killAllAbout(place.folder)],
  ];

  it.each(ways)('loses nothing and leaves no orphan: %s', async (how, account, kill) => {
    const user = `user-of-${account}`;
    const before = await startService(place.environment);
    const person = await personAt(before, user);
    expect(outcomeOf(await person.connect({ account }))).toBe('success');
    const connected = await person.connections();
    const key = await apiKeyOf(place.environment);
    const inProgress = await simulatorControl(before.simulatorUrl).decide(await person.begin('?add_account=1'), { account: 'chidi' });

    await kill(before);
    await untilNobodyIsAbout(place.folder);

    const after = await startService(place.environment);
    const same = wirePerson(await openWire(after.url), simulatorControl(after.simulatorUrl), Object.fromEntries(person.cookies));
    expect(await same.connections()).toEqual(connected);
    const read = await same.call({ url: `/v1/connections?user_id=${user}`, headers: { authorization: `Bearer ${key}` } });
    expect(read.json()).toEqual({ data: connected, next_cursor: null });
    expect(outcomeOf(await same.comeBack(inProgress)), how).toBe('success');
    expect((await same.connections()).map(({ tiktok }) => tiktok.display_name)).toContain('Chidi <Runs> & Rests');
    const chidi = (await same.connections()).find(({ tiktok }) => tiktok.display_name?.startsWith('Chidi') === true);
    expect((await same.unbind(chidi?.id)).status).toBe(200);
    expect(await after.stop()).toBe(0);
    await untilNobodyIsAbout(place.folder, 1_000);
  });
});

it('a killed npm takes everything with it', async () => {
  const place = await installation();
  const service = await startService(place.environment, npmStart);
  const { length } = await processesAbout(place.folder);
  expect(length).toBeGreaterThan(3);
  await service.kill();
  await untilNobodyIsAbout(place.folder);
  await place.remove();
});

describe('a start that cannot be', () => {
  it('names every wrong setting in a sentence of its own and ends with exit code 2', async () => {
    const folder = await temporaryDirectory();
    const refused = await runCommand({ DATA_DIR: folder.path, PORT: '70000', PUBLIC_URL: 'somewhere', TIKTOK_CLIENT_KEY: 'aw-made-up', LOG_LEVEL: 'loud' }, ['serve']);
    expect(refused).toMatchObject({ code: 2, output: '' });
    const sentences = refused.errors.trim().split('\n');
    expect(sentences.map((sentence) => sentence.split(' ')[0])).toEqual(['PORT', 'PUBLIC_URL', 'LOG_LEVEL', 'TIKTOK_CLIENT_KEY']);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
    await folder.remove();
  });

  it('in production lacks its secrets, and says what to set', async () => {
    const refused = await runCommand({ NODE_ENV: 'production' }, ['serve']);
    expect(refused.code).toBe(2);
    for (const name of ['PUBLIC_URL', 'DATABASE_URL', 'TIKTOK_CLIENT_KEY', 'TIKTOK_CLIENT_SECRET', 'TIKTOK_TOKEN_ENCRYPTION_KEY']) {
      expect(refused.errors).toContain(`${name} is not set: in production it must`);
    }
  });

  it('says which port is taken, ends with exit code 3 and takes the database down again', async () => {
    const place = await installation();
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const taken = String(z.object({ port: z.number() }).parse(occupied.address()).port);

    const refused = await runCommand({ ...place.environment, PORT: taken }, ['serve']);
    expect(refused).toMatchObject({ code: 3, errors: `Port ${taken} on 127.0.0.1 is taken: set PORT to a free one.\n` });
    await untilNobodyIsAbout(place.folder, 1_000);
    const crowded = await runCommand({ ...place.environment, SIMULATOR_PORT: taken }, ['serve']);
    expect(crowded.code).toBe(3);
    expect(crowded.errors).toMatch(new RegExp(`^The TikTok simulator did not start: .*${taken}.*\n$`));
    await untilNobodyIsAbout(place.folder, 1_000);
    occupied.close();
    await place.remove();
  });
});
