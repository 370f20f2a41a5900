import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { simulatedApp } from '../../simulator/simulator.ts';
import { simulatorControl } from '../support/simulator-control.ts';
import { openWire } from '../support/wire.ts';
import { outcomeOf, wirePerson, type WirePerson } from '../support/wire-person.ts';
import { createComposeProject, type ComposeProject } from './compose.ts';

const patient = { timeout: 120_000, interval: 250 };

const untilReady = (url: string): Promise<void> =>
  expect
    .poll(() => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false), patient)
    .toBe(true);

describe('docker compose --profile simulator up', () => {
  let project: ComposeProject;

  beforeAll(async () => {
    project = await createComposeProject(`${inject('containerRun')}-demo`);
  });
  afterAll(() => project.remove());

  const ada = async (): Promise<WirePerson> => wirePerson(await openWire(project.url), simulatorControl(project.simulatorUrl), { dev_user: 'ada-of-the-app' });

  it('leads from nothing to a page that works, with the simulator and the stores in containers of their own', async () => {
    await project.compose('--profile', 'simulator', 'up', '--detach');
    await untilReady(project.url);
    const page = await fetch(`${project.url}/dashboard/account`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Connect TikTok')]);
    expect(page.headers.get('content-security-policy')).toContain(`img-src 'self' https: ${project.simulatorUrl};`);
    const person = await ada();
    expect(await person.begin()).toContain(`${project.simulatorUrl}/v2/auth/authorize/?client_key=${simulatedApp().clientKey}`);
    expect(outcomeOf(await person.connect({ account: 'ada' }))).toBe('success');
    expect(await person.connections()).toMatchObject([{ status: 'active', user_id: 'ada-of-the-app' }]);
  });

  it('keeps everything in volumes: taken down and up again, it is as it was', async () => {
    const before = await (await ada()).connections();
    await project.compose('--profile', 'simulator', 'down', '--timeout', '40');
    await expect(fetch(project.url)).rejects.toThrow();
    await project.compose('--profile', 'simulator', 'up', '--detach');
    await untilReady(project.url);
    const person = await ada();
    expect(await person.connections()).toEqual(before);
    const [connection] = before;
    const shown = await person.call({ method: 'POST', url: `/v1/connections/${connection?.id ?? ''}/refresh`, headers: { authorization: 'Bearer dev' } });
    expect(shown.status, shown.body).toBe(200);
  });

  it('tells the service of what happens at TikTok', async () => {
    await simulatorControl(project.simulatorUrl).removeApp('ada');
    const person = await ada();
    await expect.poll(() => person.connections(), patient).toEqual([]);
  });

  it('runs the commands of the service where it runs', async () => {
    const verified = await project.compose('--profile', 'simulator', 'exec', '-T', 'service-with-simulator', 'node', 'src/main.ts', 'verify', '--json');
    expect(verified).toContain('"differences":[]');
  });
});

describe('docker compose --profile production up', () => {
  let project: ComposeProject;

  beforeAll(async () => {
    project = await createComposeProject(`${inject('containerRun')}-production`, {
      PUBLIC_URL: 'https://connect.example.com',
      TIKTOK_CLIENT_KEY: 'aw-made-up-key',
      // Empty: the history in PostgreSQL.
      EVENT_STORE_URL: '',
    });
    await project.putSecret('tiktok_client_secret', 'made-up-secret');
    await project.putSecret('tiktok_token_encryption_key', '00'.repeat(32));
  });
  afterAll(() => project.remove());

  it('starts with secrets from files, in production, where nobody is a development user', async () => {
    await project.compose('--profile', 'production', 'up', '--detach');
    await untilReady(project.url);
    for (const headers of [{ authorization: 'Bearer dev' }, { 'x-dev-user': 'ada' }]) {
      expect((await fetch(`${project.url}/v1/connections`, { headers })).status).toBe(401);
    }
    const key = (await project.compose('--profile', 'production', 'exec', '-T', 'service', 'node', 'src/main.ts', 'keys', 'create', '--name', 'backend', '--scopes', 'connections:read')).trim();
    const answer = await fetch(`${project.url}/v1/connections`, { headers: { authorization: `Bearer ${key}` } });
    expect([answer.status, await answer.json()]).toEqual([200, { data: [], next_cursor: null }]);
  });

  it('puts no secret into a container\'s variables', async () => {
    const variables = await project.compose('--profile', 'production', 'exec', '-T', 'service', 'node', '--eval', 'console.log(JSON.stringify(process.env))');
    expect(variables).toContain('TIKTOK_CLIENT_SECRET_FILE');
    expect(variables).not.toMatch(/made-up-secret|0{64}|postgres:\/\//);
  });
});

it('the compose file is well formed with every profile', async () => {
  const project = await createComposeProject('only-looked-at');
  const profiles = ['simulator', 'production', 'monitoring'].flatMap((name) => ['--profile', name]);
  const services = (await project.compose(...profiles, 'config', '--services')).trim().split('\n').sort();
  expect(services).toEqual(['eventstoredb', 'grafana', 'passwords', 'postgres', 'prometheus', 'service', 'service-with-simulator', 'simulator']);
  const published = [...(await project.compose(...profiles, 'config')).matchAll(/(\S+):\d+\/tcp|host_ip: (\S+)/g)].map(([, short, long]) => short?.split(':')[0] ?? long);
  expect(published.length).toBeGreaterThan(3);
  expect(new Set(published)).toEqual(new Set(['127.0.0.1']));
  await project.remove();
});
