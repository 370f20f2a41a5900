import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { legacyEncrypted, legacyKey, legacyRow, otherLegacyKey, type LegacyFixture } from '../../support/legacy-table.ts';
import { containing } from './expected.ts';
import { openImportWorld, type ImportWorld } from './import-world.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await openImportWorld();
});
afterAll(() => world.close());

describe('a row that cannot be imported', () => {
  const wrongly = legacyEncrypted('act.made-up-elsewhere', otherLegacyKey);
  test.each<[string, LegacyFixture, string, string | null]>([
    ['no user', { user_id: '' }, 'bad_user_id', 'user_id'],
    ['a user of blanks', { user_id: '  ' }, 'bad_user_id', 'user_id'],
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
    const ran = await world.importingRows([legacyRow('refused', changed)], '--json');
    expect(ran.exitCode).toBe(1);
    expect(ran.document()).toEqual({
      rows: 1,
      imported: 0,
      skipped: 0,
      refused: [{ line: 2, id: '00000000-0000-4000-8000-00000000000a', column, reason, detail: containing(`${column}: `) }],
      dry_run: false,
    });
    expect(await world.stored('refused')).toBeUndefined();
  });

  test('keeps none of the others from being imported, and is named to a person too', async () => {
    const rows = [legacyRow('good-1'), legacyRow('bad', { user_id: null, id: 'act.made-up-in-the-wrong-column' }), legacyRow('good-2')];
    const { exitCode, out, err } = await world.importingRows(rows);
    expect([exitCode, err]).toEqual([1, []]);
    expect(out).toEqual(['Line 3: user_id: empty, or not plain text.', '3 rows, 2 imported, 0 passed over, 1 refused.']);
  });

  test('is the second of two about one account, however often it is tried', async () => {
    const rows = [legacyRow('double'), legacyRow('double', { user_id: 'somebody-else' })];
    const told = { refused: [{ line: 3, reason: 'duplicate_open_id' }] };
    expect((await world.importingRows(rows, '--json')).document()).toMatchObject({ imported: 1, ...told });
    expect((await world.importingRows(rows, '--json')).document()).toMatchObject({ imported: 0, skipped: 1, ...told });
    expect(await world.stored('double')).toMatchObject({ user_id: 'user-of-double' });
  });

  test('shows nothing of its tokens or of the key anywhere', async () => {
    const { out, err, drawn } = await world.importingRows([legacyRow('hidden', { user_id: '' }), legacyRow('hidden-2', { access_token: wrongly })]);
    const told = [...out, ...err, ...drawn].join('\n');
    for (const secret of ['made-up', wrongly, legacyEncrypted('act.made-up-hidden'), legacyKey]) expect(told).not.toContain(secret);
  });

  test('makes the wrong key the likely cause when no token opens', async () => {
    const foreign = { access_token: wrongly, refresh_token: wrongly };
    const { exitCode, err } = await world.importingRows([legacyRow('foreign-1', foreign), legacyRow('foreign-2', foreign)]);
    expect([exitCode, err]).toEqual([1, [containing('is it the key')]]);
  });
});
