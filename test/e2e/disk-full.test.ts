import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { limitFileSize } from '../support/file-size-limit.ts';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import { startOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';
import { playableVideo } from '../support/playable-video.ts';
import { killLeftovers, runCommand, type Environment } from '../support/service-process.ts';
import type { TestDatabase } from '../support/test-postgres.ts';
import { outcomeOf, wirePerson, type WirePerson } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const publicUrl = 'https://connect.example';
const audience = 'tiktok';
const patient = { timeout: 60_000, interval: 50 };
const stored = z.object({ id: z.uuid(), sha256: z.string() });
const problem = z.object({ code: z.string(), detail: z.string() });

type Headers = Readonly<Record<string, string>>;

/** A service in production, with a backend that may do everything. */
type Installation = Readonly<{ world: WireWorld; service: Replica; backend: Headers; person: (user: string) => Promise<WirePerson>; close: () => Promise<void> }>;

const keyFor = async (environment: Environment): Promise<Headers> => {
  const made = await runCommand(environment, ['keys', 'create', '--name', 'backend', '--scopes', 'connections:read,connections:write,tokens:read,publish']);
  expect(made.code, made.errors).toBe(0);
  return { authorization: `Bearer ${made.output.trim()}` };
};

const install = async (provider: IdentityProvider, given: Environment = {}, place?: TestDatabase): Promise<Installation> => {
  const environment = {
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: audience,
    TOKEN_REFRESH: 'lazy',
    ...given,
  };
  const world = await createWireWorld(environment, place);
  await world.tiktok.changeApp(world.simulator.app.clientKey, { redirect_uris: [`${publicUrl}/api/tiktok/auth/callback`] });
  const service = await world.start({ AUTH_JWKS_URL: provider.jwksUrl.href });
  return {
    world,
    service,
    backend: await keyFor(world.environment),
    person: async (user) => {
      await world.tiktok.addAccount(user);
      return wirePerson(service.wire, world.tiktok, { __session: await provider.token({ sub: user }) }, publicUrl);
    },
    close: () => world.close(),
  };
};

const connected = async (person: WirePerson, user: string): Promise<string> => {
  expect(outcomeOf(await person.connect({ account: user }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};

/** Every chain holds, and every row is what its history leads to. */
const isWhole = async ({ world }: Installation): Promise<void> => {
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
};

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(async () => {
  await killLeftovers();
  await provider.stop();
});

describe('the disk for media is full', () => {
  const roomBytes = 65_536;
  const [small, large] = [playableVideo(2), playableVideo(2, 4 * roomBytes)];
  let installed: Installation;

  beforeAll(async () => {
    installed = await install(provider);
  });
  afterAll(() => installed.close());

  const limit = (bytes: number | null): Promise<void> => limitFileSize([installed.service.process.pid ?? 0], bytes);
  const upload = (file: Buffer): Promise<Response> =>
    fetch(`${installed.service.url}/v1/media`, { method: 'POST', headers: { ...installed.backend, 'content-type': 'video/webm' }, body: new Uint8Array(file) });
  const folder = (): string => join(installed.world.environment['DATA_DIR'] ?? '', 'media');
  const kept = (): Promise<readonly string[]> => readdir(folder());
  /** Whole, on the disk, under its hash. */
  const uploaded = async (file: Buffer): Promise<string> => {
    const answer = await upload(file);
    expect(answer.status).toBe(201);
    const { id, sha256 } = stored.parse(await answer.json());
    expect(sha256).toBe(createHash('sha256').update(file).digest('hex'));
    expect((await readFile(join(folder(), id))).equals(file)).toBe(true);
    return id;
  };
  it('an upload is told so and leaves nothing behind, all else goes on, and with room again the same file is taken', async () => {
    const before = await uploaded(small);
    await limit(roomBytes);
    for (const file of [large, large]) {
      const refused = await upload(file);
      const { code, detail } = problem.parse(await refused.json());
      expect([refused.status, code, refused.headers.get('retry-after')]).toEqual([503, 'unavailable', '300']);
      expect(detail).toContain('The disk for media has no room for this file');
    }
    expect(await kept()).toEqual([before]);
    expect((await installed.service.wire.call({ url: '/readyz' })).status).toBe(200);
    const user = await installed.person('visitor');
    await connected(user, 'visitor');
    const also = await uploaded(small);
    expect((await kept()).toSorted()).toEqual([before, also].toSorted());

    await limit(null);
    const whole = await uploaded(large);
    expect((await kept()).toSorted()).toEqual([before, also, whole].toSorted());
    await isWhole(installed);
  });
});

describe("the database's disk is full", () => {
  const roomBytes = 16_777_216;
  let postgres: OwnPostgres;
  let installed: Installation;

  beforeAll(async () => {
    postgres = await startOwnPostgres();
    installed = await install(provider, { EVENT_STORE_URL: '' }, { url: postgres.url, drop: () => postgres.stop() });
    await installed.world.tiktok.changeApp(installed.world.simulator.app.clientKey, { webhook_url: `${installed.service.url}/webhooks/tiktok` });
  });
  afterAll(() => installed.close());

  const ask = (sql: string): Promise<readonly unknown[]> => installed.world.rows(z.unknown(), sql);
  const rows = `insert into tiktok_connections.events (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    select 'ballast', n, gen_random_uuid(), 'Ballast', 1, '', repeat('x', 200), '', '' from generate_series(1, 100000) as n`;

  /** From now on the table of the events cannot have another page; what was already written of it stays as it is. */
  const fill = async (): Promise<void> => {
    await ask('alter table tiktok_connections.events set (autovacuum_enabled = false)');
    await ask('checkpoint');
    await limitFileSize(await postgres.processes(), roomBytes);
    await expect(ask(rows)).rejects.toThrow('File too large');
  };
  const makeRoom = async (): Promise<void> => limitFileSize(await postgres.processes(), null);

  it('whoever writes is told so and whoever reads is served; with room again everything goes on by itself, and nothing that was taken is lost', async () => {
    const { world, service, backend, person } = installed;
    const [amy, gil, leo] = [await person('amy'), await person('gil'), await person('leo')];
    const [kept, leaving] = [await connected(amy, 'amy'), await connected(gil, 'gil')];
    const refresh = () => service.wire.call({ method: 'POST', url: `/v1/connections/${kept}/refresh`, headers: backend });
    await fill();

    const callback = await world.tiktok.decide(await leo.begin(), { account: 'leo' });
    expect(outcomeOf(await leo.comeBack(callback))).toBe('database_error');
    const refused = await refresh();
    expect([refused.status, problem.parse(refused.json()).code]).toEqual([503, 'unavailable']);
    expect(await world.tiktok.countCalls({ endpoint: 'token.refresh', account: 'amy' })).toBe(0);
    expect((await service.wire.call({ method: 'POST', url: `/v1/connections/${kept}/access-token`, headers: backend, body: {} })).status).toBe(200);
    expect(await amy.connections()).toMatchObject([{ id: kept, status: 'active' }]);
    expect((await service.wire.call({ url: '/livez' })).status).toBe(200);
    await world.tiktok.removeApp('gil');
    const tried = `select 1 from tiktok_connections.webhook_intake where event = 'authorization.removed' and attempts > 0`;
    await expect.poll(() => ask(tried), patient).toHaveLength(1);
    expect(await gil.connections()).toMatchObject([{ id: leaving, status: 'active' }]);

    await makeRoom();
    expect(outcomeOf(await leo.connect({ account: 'leo' }))).toBe('success');
    expect((await refresh()).status).toBe(200);
    // As if its pause had passed.
    await ask(`update tiktok_connections.webhook_intake set due_at = clock_timestamp() where due_at is not null`);
    await expect.poll(() => gil.connections(), patient).toEqual([]);
    expect(await leo.connections()).toMatchObject([{ status: 'active', revision: 1 }]);
    await isWhole(installed);
  });
});
