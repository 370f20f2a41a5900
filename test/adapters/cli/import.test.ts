import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { csvOf, legacyRow } from '../../support/legacy-table.ts';
import { opening, run, type Ran } from './command-line.ts';
import { openImportWorld, type ImportWorld } from './import-world.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await openImportWorld();
});
afterAll(() => world.close());

describe('import of a CSV file', () => {
  test('makes a connection of each row and keeps when it began', async () => {
    const { exitCode, out, err } = await world.importingRows([legacyRow('plain-1'), legacyRow('plain-2')]);
    expect([exitCode, out, err]).toEqual([0, ['2 rows, 2 imported, 0 passed over, 0 refused.'], []]);
    expect(await world.stored('plain-1')).toMatchObject({
      user_id: 'user-of-plain-1',
      tiktok_union_id: 'union-of-plain-1',
      display_name: 'Name of plain-1',
      avatar_url: 'https://images.example/plain-1.png',
      scope: 'user.info.basic,video.publish',
      created_at: new Date('2025-05-06T07:08:09Z'),
      token_expires_at: new Date('2026-01-02T03:04:05.678Z'),
    });
  });

  test('writes an event that says it was an import, with the refresh token’s end unknown', async () => {
    await world.importingRows([legacyRow('told')]);
    const row = await world.stored('told');
    const { document } = await run(opening(world.installation.toolbox), 'history', String(row?.['id']), '--json');
    expect(document()).toMatchObject({
      data: [
        {
          type: 'Connected',
          actor: { kind: 'system', id: 'import' },
          data: { life: 1, connected_at: '2025-05-06T07:08:09.000Z', refresh_token_expires_at: null },
        },
      ],
    });
  });

  test('stores nothing of a token, of a name or of an open_id in clear', async () => {
    await world.importingRows([legacyRow('sealed-account')]);
    const { rows } = await world.installation.pool.query("select data, metadata from tiktok_connections.events where data like '%user-of-sealed-account%'");
    expect(rows).toHaveLength(1);
    for (const secret of ['made-up-sealed-account', 'Name of', 'union-of', 'images.example', '"sealed-account"']) {
      expect(JSON.stringify(rows)).not.toContain(secret);
    }
  });

  test('passes over what has a history, whoever wrote it', async () => {
    const id = await world.installation.connect('already-here', 'another-user');
    const before = await world.events();
    const ran = await world.importingRows([legacyRow('already-here')], '--json');
    expect(ran.exitCode).toBe(0);
    expect(ran.document()).toEqual({ rows: 1, imported: 0, skipped: 1, refused: [], dry_run: false });
    await world.installation.disconnect(id);
    expect((await world.importingRows([legacyRow('already-here')], '--json')).document()).toMatchObject({ imported: 0, skipped: 1 });
    expect(await world.events()).toBe(before + 1);
  });

  test('does nothing the second time', async () => {
    const rows = [legacyRow('twice-1'), legacyRow('twice-2')];
    await world.importingRows(rows);
    const before = await world.events();
    expect((await world.importingRows(rows, '--json')).document()).toMatchObject({ rows: 2, imported: 0, skipped: 2 });
    expect(await world.events()).toBe(before);
  });

  test('with --dry-run says what would happen and writes nothing', async () => {
    const before = await world.events();
    const ran = await world.importingRows([legacyRow('dry'), legacyRow('dry-bad', { user_id: null })], '--dry-run', '--json');
    expect(ran.exitCode).toBe(1);
    expect(ran.document()).toMatchObject({ rows: 2, imported: 1, skipped: 0, refused: [{ line: 3, reason: 'bad_user_id' }], dry_run: true });
    expect(await world.events()).toBe(before);
  });

  test('is one entry of the security log', async () => {
    await world.importingRows([legacyRow('logged-1'), legacyRow('logged-2', { scope: '' })]);
    const { rows } = await world.installation.pool.query('select kind, principal, detail from tiktok_connections.security_log order by id desc limit 1');
    expect(rows).toEqual([
      { kind: 'connections_imported', principal: 'cli', detail: { rows: 2, imported: 1, skipped: 0, refused: 1, completed: true } },
    ]);
  });

  test('shows on a terminal how far it is', async () => {
    const { drawn } = await world.importingRows([legacyRow('shown')]);
    expect(drawn).toContain('Reading rows: 1 row, 1 imported, 0 passed over, 0 refused …');
  });
});

describe('the work of an import', () => {
  /** Statements sent through the pool, on whichever of its connections. */
  const statementsOf = async (work: () => Promise<Ran>): Promise<number> => {
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    try {
      await work();
      return sent.mock.calls.length;
    } finally {
      sent.mockRestore();
    }
  };

  const rowsOf = (name: string, count: number): Promise<string> =>
    world.write(csvOf(Array.from({ length: count }, (_, row) => legacyRow(`${name}-${row}`))));

  test('is the same for each row, and a read shared with others for a row that is passed over', async () => {
    const [few, many] = [await rowsOf('few', 30), await rowsOf('many', 130)];
    const perRow = async (): Promise<number> => (-(await statementsOf(() => world.importing(few))) + (await statementsOf(() => world.importing(many)))) / 100;
    expect(await perRow()).toBeLessThanOrEqual(16);
    expect(await perRow()).toBeLessThan(0.5);
  });
});
