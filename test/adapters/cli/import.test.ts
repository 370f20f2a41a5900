import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvOf, legacyEncrypted, legacyKey, legacyRow, otherLegacyKey, type LegacyFixture } from '../../support/legacy-table.ts';
import { opening, run, type Ran } from './command-line.ts';
import { containing } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let folder: string;
let keyFile: string;
let files = 0;

beforeAll(async () => {
  installation = await openInstallation();
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  keyFile = join(folder, 'old.key');
  await writeFile(keyFile, `${legacyKey}\n`);
});
afterAll(async () => {
  await installation.close();
  await rm(folder, { recursive: true });
});

const write = async (text: string | Buffer): Promise<string> => {
  const path = join(folder, `rows-${(files += 1)}.csv`);
  await writeFile(path, text);
  return path;
};

const importing = (source: string, ...argv: readonly string[]): Promise<Ran> =>
  run(opening(installation.toolbox), 'import', source, '--legacy-key-file', keyFile, ...argv);
const importingRows = async (rows: readonly LegacyFixture[], ...argv: readonly string[]): Promise<Ran> => importing(await write(csvOf(rows)), ...argv);

const stored = async (account: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
  await installation.project();
  const { rows } = await installation.pool.query<Readonly<Record<string, unknown>>>('select * from user_tiktok_connections where tiktok_open_id = $1', [account]);
  return rows[0];
};
const events = async (): Promise<unknown> => {
  const { rows } = await installation.pool.query<{ count: string }>('select count(*)::text as count from tiktok_connections.events');
  return rows[0]?.count;
};

describe('import of a CSV file', () => {
  test('makes a connection of each row and keeps when it began', async () => {
    const { exitCode, out, err } = await importingRows([legacyRow('plain-1'), legacyRow('plain-2')]);
    expect([exitCode, out, err]).toEqual([0, ['2 rows, 2 imported, 0 passed over, 0 refused.'], []]);
    expect(await stored('plain-1')).toMatchObject({
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
    await importingRows([legacyRow('told')]);
    const row = await stored('told');
    const { document } = await run(opening(installation.toolbox), 'history', String(row?.['id']), '--json');
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

  test('passes over what has a history, whoever wrote it', async () => {
    const id = await installation.connect('already-here', 'another-user');
    const before = await events();
    const ran = await importingRows([legacyRow('already-here')], '--json');
    expect(ran.exitCode).toBe(0);
    expect(ran.document()).toEqual({ rows: 1, imported: 0, skipped: 1, refused: [], dry_run: false });
    await installation.disconnect(id);
    expect((await importingRows([legacyRow('already-here')], '--json')).document()).toMatchObject({ imported: 0, skipped: 1 });
    expect(Number(await events())).toBe(Number(before) + 1);
  });

  test('does nothing the second time', async () => {
    const rows = [legacyRow('twice-1'), legacyRow('twice-2')];
    await importingRows(rows);
    const before = await events();
    expect((await importingRows(rows, '--json')).document()).toMatchObject({ rows: 2, imported: 0, skipped: 2 });
    expect(await events()).toBe(before);
  });

  test('with --dry-run says what would happen and writes nothing', async () => {
    const before = await events();
    const ran = await importingRows([legacyRow('dry'), legacyRow('dry-bad', { user_id: null })], '--dry-run', '--json');
    expect(ran.exitCode).toBe(1);
    expect(ran.document()).toMatchObject({ rows: 2, imported: 1, skipped: 0, refused: [{ line: 3, reason: 'bad_user_id' }], dry_run: true });
    expect(await events()).toBe(before);
  });

  test('is one entry of the security log', async () => {
    await importingRows([legacyRow('logged-1'), legacyRow('logged-2', { scope: '' })]);
    const { rows } = await installation.pool.query('select kind, principal, detail from tiktok_connections.security_log order by id desc limit 1');
    expect(rows).toEqual([
      { kind: 'connections_imported', principal: 'cli', detail: { rows: 2, imported: 1, skipped: 0, refused: 1, completed: true } },
    ]);
  });

  test('shows on a terminal how far it is', async () => {
    const { drawn } = await importingRows([legacyRow('shown')]);
    expect(drawn).toContain('Reading rows: 1 row, 1 imported, 0 passed over, 0 refused …');
  });
});

describe('a row that cannot be imported', () => {
  const wrongly = legacyEncrypted('act.made-up-elsewhere', otherLegacyKey);
  test.each<[string, LegacyFixture, string, string | null]>([
    ['no user', { user_id: '' }, 'bad_user_id', 'user_id'],
    ['a user id with control characters', { user_id: 'a\tb' }, 'bad_user_id', 'user_id'],
    ['a user id that is too long', { user_id: 'u'.repeat(256) }, 'too_long', 'user_id'],
    ['no open_id', { tiktok_open_id: '' }, 'bad_open_id', 'tiktok_open_id'],
    ['an open_id with a blank', { tiktok_open_id: ' padded' }, 'bad_open_id', 'tiktok_open_id'],
    ['an open_id that is too long', { tiktok_open_id: 'o'.repeat(129) }, 'too_long', 'tiktok_open_id'],
    ['a name that is too long', { display_name: 'n'.repeat(501) }, 'too_long', 'display_name'],
    ['a time without its zone', { token_expires_at: '2026-01-02 03:04:05' }, 'bad_date', 'token_expires_at'],
    ['a day that does not exist', { token_expires_at: '2026-02-30 00:00:00+00' }, 'bad_date', 'token_expires_at'],
    ['no expiry', { token_expires_at: '' }, 'bad_date', 'token_expires_at'],
    ['an expiry in a hundred years', { token_expires_at: '2126-01-02 03:04:05+00' }, 'bad_date', 'token_expires_at'],
    ['a beginning in the future', { created_at: '2126-01-02 03:04:05+00' }, 'bad_date', 'created_at'],
    ['scopes that are none', { scope: 'user.info.basic,<b>' }, 'bad_scope', 'scope'],
    ['too few scopes', { scope: 'video.publish' }, 'missing_scope', 'scope'],
    ['a token in clear', { access_token: 'act.made-up-clear' }, 'token_not_encrypted', 'access_token'],
    ['no refresh token', { refresh_token: '' }, 'token_not_encrypted', 'refresh_token'],
    ['a token of another key', { access_token: wrongly }, 'token_not_opened', 'access_token'],
    ['a cut token', { refresh_token: legacyEncrypted('rft.made-up-and-long-enough').slice(0, -32) }, 'token_not_opened', 'refresh_token'],
  ])('is named with its line and why: %s', async (_, changed, reason, column) => {
    const ran = await importingRows([legacyRow('refused', changed)], '--json');
    expect(ran.exitCode).toBe(1);
    expect(ran.document()).toEqual({
      rows: 1,
      imported: 0,
      skipped: 0,
      refused: [{ line: 2, id: '00000000-0000-4000-8000-00000000000a', column, reason, detail: containing(`${column}: `) }],
      dry_run: false,
    });
    expect(await stored('refused')).toBeUndefined();
  });

  test('keeps none of the others from being imported, and is named to a person too', async () => {
    const rows = [legacyRow('good-1'), legacyRow('bad', { user_id: null, id: 'act.made-up-in-the-wrong-column' }), legacyRow('good-2')];
    const { exitCode, out, err } = await importingRows(rows);
    expect([exitCode, err]).toEqual([1, []]);
    expect(out).toEqual(['Line 3: user_id: empty, or not plain text.', '3 rows, 2 imported, 0 passed over, 1 refused.']);
  });

  test('is the second of two about one account, however often it is tried', async () => {
    const rows = [legacyRow('double'), legacyRow('double', { user_id: 'somebody-else' })];
    const told = { refused: [{ line: 3, reason: 'duplicate_open_id' }] };
    expect((await importingRows(rows, '--json')).document()).toMatchObject({ imported: 1, ...told });
    expect((await importingRows(rows, '--json')).document()).toMatchObject({ imported: 0, skipped: 1, ...told });
    expect(await stored('double')).toMatchObject({ user_id: 'user-of-double' });
  });

  test('shows nothing of its tokens or of the key anywhere', async () => {
    const { out, err, drawn } = await importingRows([legacyRow('hidden', { user_id: '' }), legacyRow('hidden-2', { access_token: wrongly })]);
    const told = [...out, ...err, ...drawn].join('\n');
    for (const secret of ['made-up', wrongly, legacyEncrypted('act.made-up-hidden'), legacyKey]) expect(told).not.toContain(secret);
  });

  test('makes the wrong key the likely cause when no token opens', async () => {
    const foreign = { access_token: wrongly, refresh_token: wrongly };
    const { exitCode, err } = await importingRows([legacyRow('foreign-1', foreign), legacyRow('foreign-2', foreign)]);
    expect([exitCode, err]).toEqual([1, [containing('is it the key')]]);
  });
});
