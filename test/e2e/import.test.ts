import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { csvOf, legacyEncrypted, legacyKey, legacyRow, type LegacyFixture } from '../support/legacy-table.ts';
import { checkout, runCommand, spawnService } from '../support/service-process.ts';
import { grantFromTikTok } from '../support/tiktok-grant.ts';
import { until } from '../support/until.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const granted = z.object({ access_token: z.string() });
const report = z.object({ rows: z.number(), imported: z.number(), skipped: z.number(), refused: z.array(z.unknown()) });
const counted = z.object({ count: z.number() });
const shown = z.object({ id: z.string(), status: z.string(), connected_at: z.string(), refresh_token_expires_at: z.string().nullable() });

describe('imported connections', () => {
  let world: WireWorld;
  let replica: Replica;
  let folder: string;

  beforeAll(async () => {
    world = await createWireWorld({ TOKEN_REFRESH: 'eager' });
    replica = await world.start();
    folder = await mkdtemp(join(tmpdir(), 'import-'));
    await writeFile(join(folder, 'old.key'), legacyKey);
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  const argumentsFor = async (name: string, rows: readonly LegacyFixture[]): Promise<readonly string[]> => {
    const file = join(folder, `${name}.csv`);
    await writeFile(file, csvOf(rows));
    return ['import', file, '--legacy-key-file', join(folder, 'old.key'), '--json'];
  };
  const importing = async (name: string, rows: readonly LegacyFixture[]): Promise<z.infer<typeof report>> => {
    const { code, output, errors } = await runCommand(world.environment, await argumentsFor(name, rows));
    expect([code, errors]).toEqual([0, '']);
    return report.parse(JSON.parse(output));
  };

  /** The row that an application with the guide's table would have about this account. */
  const rowOf = async (account: string, expiresAt: string): Promise<LegacyFixture> => {
    const grant = await grantFromTikTok(world.simulator, world.tiktok, account);
    return legacyRow(account, {
      user_id: account,
      tiktok_open_id: grant.openId,
      access_token: legacyEncrypted(grant.accessToken),
      refresh_token: legacyEncrypted(grant.refreshToken),
      token_expires_at: expiresAt,
    });
  };
  const connectionOf = async (user: string): Promise<z.infer<typeof shown>> => {
    const answer = await replica.wire.call({ url: `/v1/connections?user_id=${user}`, headers: service });
    return z.object({ data: z.tuple([shown]) }).parse(answer.json()).data[0];
  };
  const present = async (user: string): Promise<z.infer<typeof shown>> => vi.waitFor(() => connectionOf(user), { timeout: 20_000, interval: 50 });
  const tokenOf = async (id: string): Promise<string> => {
    const answer = await replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers: service, body: {} });
    expect(answer.status).toBe(200);
    return granted.parse(answer.json()).access_token;
  };
  const alive = async (account: string): Promise<readonly string[]> =>
    (await world.tiktok.tokens(account)).filter(({ kind, status }) => kind === 'access' && status === 'alive').map(({ token }) => token);

  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();

  it('hand out the token that the row held, and can be disconnected at TikTok', async () => {
    const row = await rowOf('warm', tomorrow());
    expect(await importing('warm', [row])).toMatchObject({ imported: 1, refused: [] });
    const { id, connected_at: connectedAt, refresh_token_expires_at: refreshEnds } = await present('warm');
    expect([connectedAt, refreshEnds]).toEqual(['2025-05-06T07:08:09.000Z', null]);
    expect(await alive('warm')).toEqual([await tokenOf(id)]);
    const ended = await replica.wire.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: service });
    expect(shown.parse(ended.json()).status).toBe('disconnected');
    expect(await world.tiktok.isGranted('warm')).toBe(false);
    expect(await importing('warm', [row])).toMatchObject({ imported: 0, skipped: 1 });
    expect((await connectionOf('warm')).status).toBe('disconnected');
  });

  it('are refreshed by themselves when their row had expired, and a second import leaves the newer tokens alone', async () => {
    const row = await rowOf('cold', '2026-01-02 03:04:05+00');
    await importing('cold', [row]);
    await vi.waitFor(async () => expect(await world.tiktok.countCalls({ endpoint: 'token.refresh', account: 'cold' })).toBe(1), { timeout: 20_000, interval: 50 });
    await vi.waitFor(async () => expect((await connectionOf('cold')).refresh_token_expires_at).not.toBeNull(), { timeout: 20_000, interval: 50 });
    const { id } = await connectionOf('cold');
    const refreshed = await tokenOf(id);
    expect(await alive('cold')).toContain(refreshed);
    expect(row['access_token']).not.toBe(legacyEncrypted(refreshed));
    expect(await importing('cold', [row])).toMatchObject({ imported: 0, skipped: 1 });
    expect(await tokenOf(id)).toBe(refreshed);
  });

  it('ask for a new consent when TikTok no longer takes their refresh token', async () => {
    const row = await rowOf('gone', '2026-01-02 03:04:05+00');
    await importing('gone', [{ ...row, refresh_token: legacyEncrypted('rft.made-up-and-unknown') }]);
    await vi.waitFor(async () => expect((await connectionOf('gone')).status).toBe('reauthorization_required'), { timeout: 20_000, interval: 50 });
  });

  it('are all there once, when the import is killed in the middle and run again', async () => {
    const total = 500;
    const rows = Array.from({ length: total }, (_, index) => legacyRow(`killed-${index}`, { token_expires_at: tomorrow() }));
    const events = `select count(*)::int as count from tiktok_connections.events where data like '%user-of-killed-%'`;
    const written = async (): Promise<number> => (await world.history(counted, events))[0]?.count ?? 0;
    const command = [process.execPath, join(checkout, 'src/main.ts'), ...(await argumentsFor('killed', rows))];
    const child = await spawnService(world.environment, { command });
    await until(written, (count) => count >= 25);
    child.process.kill('SIGKILL');
    expect((await child.ended).signal).toBe('SIGKILL');
    const before = await written();
    expect(before).toBeLessThan(total);
    expect(await importing('killed', rows)).toMatchObject({ rows: total, imported: total - before, skipped: before, refused: [] });
    expect(await written()).toBe(total);
  });
});
