import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secret } from '../../../src/domain/values/secret.ts';
import { opening, run } from './command-line.ts';
import { aTime, containing, including, listing, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;

const keys = (...argv: readonly string[]) => run(opening(installation.toolbox), 'keys', ...argv);
const idOf = (key: string): string => key.split('_')[1] ?? '';
const works = async (key: string): Promise<boolean> => (await installation.toolbox.apiKeys.verify(secret(key)))._unsafeUnwrap() !== null;

const create = async (name: string): Promise<string> => {
  const { out } = await keys('create', '--name', name, '--scopes', 'connections:read');
  return out[0] ?? '';
};

beforeAll(async () => {
  installation = await openInstallation();
});
afterAll(() => installation.close());

describe('keys create', () => {
  test('prints a working key alone on standard output, and says that it is not shown again', async () => {
    const { exitCode, out, err } = await keys('create', '--name', 'backend', '--scopes', 'connections:read,tokens:read,connections:read');
    expect(exitCode).toBe(0);
    expect(out).toEqual([matching(/^tck_[0-9a-f]{16}_[\w-]{43}$/)]);
    expect(err).toEqual([containing('the only time')]);
    expect((await installation.toolbox.apiKeys.verify(secret(out[0] ?? '')))._unsafeUnwrap()).toMatchObject({
      name: 'backend',
      scopes: ['connections:read', 'tokens:read'],
    });
  });

  test('prints one document with --json', async () => {
    const ran = await keys('create', '--name', 'auditor', '--scopes', 'audit:read', '--json');
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    expect(ran.document()).toEqual({
      id: matching(/^[0-9a-f]{16}$/),
      name: 'auditor',
      scopes: ['audit:read'],
      created_at: aTime,
      revoked_at: null,
      key: matching(/^tck_/),
    });
  });

  test.each([
    ['a scope that does not exist', ['--name', 'x', '--scopes', 'everything'], '--scopes takes one or more of connections:read'],
    ['no scope', ['--name', 'x', '--scopes', ','], '--scopes takes one or more of'],
    ['an empty name', ['--name', ' ', '--scopes', 'admin'], '--name takes a name'],
    ['no name', ['--scopes', 'admin'], "Required option '--name <name>' not specified"],
    ['something superfluous', ['backend', '--name', 'x', '--scopes', 'admin'], 'Too many arguments'],
  ])('refuses %s as wrong use and makes nothing', async (_, argv, sentence) => {
    const before = (await keys('list')).out.length;
    const { exitCode, out, err } = await keys('create', ...argv);
    expect([exitCode, out]).toEqual([2, []]);
    expect(err.join('\n')).toContain(sentence);
    expect((await keys('list')).out).toHaveLength(before);
  });
});

describe('keys list', () => {
  test('shows every key without its secret', async () => {
    const key = await create('listed');
    const { exitCode, out } = await keys('list');
    expect(exitCode).toBe(0);
    expect(out.find((line) => line.includes(idOf(key)))).toMatch(/listed +connections:read/);
    expect(out.join('\n')).not.toContain(key.slice(`tck_${idOf(key)}_`.length));
    expect((await keys('list', '--json')).document()).toMatchObject({ data: listing(including({ id: idOf(key) })) });
  });

  test('shows a name that would steer the terminal as harmless text', async () => {
    await create('evil\u001b[2J\u202ename');
    const line = (await keys('list')).out.find((each) => each.includes('evil'));
    expect(line).toContain('evil\\u001b[2J\\u202ename');
  });
});

describe('keys revoke', () => {
  test('makes a key useless, and changes nothing the second time', async () => {
    const key = await create('to be revoked');
    const { exitCode, out } = await keys('revoke', idOf(key));
    expect([exitCode, out]).toEqual([0, [containing('is revoked')]]);
    expect(await works(key)).toBe(false);
    const again = await keys('revoke', idOf(key), '--json');
    expect([again.exitCode, again.document()]).toEqual([0, including({ id: idOf(key), revoked_at: aTime })]);
  });

  test('with --dry-run says what would happen and does nothing', async () => {
    const key = await create('kept');
    const { exitCode, out } = await keys('revoke', idOf(key), '--dry-run');
    expect([exitCode, out]).toEqual([0, [containing('Would revoke')]]);
    expect((await keys('revoke', idOf(key), '--dry-run', '--json')).document()).toMatchObject({ dry_run: true, revoked_at: null });
    expect(await works(key)).toBe(true);
  });

  test.each([
    ['an unknown key', ['0123456789abcdef'], 'There is no API key 0123456789abcdef'],
    ['an unknown key in a dry run', ['0123456789abcdef', '--dry-run'], 'There is no API key 0123456789abcdef'],
    ['a whole key in place of its id', ['tck_0123456789abcdef_secret'], 'named by its id'],
  ])('refuses %s as wrong use', async (_, argv, sentence) => {
    const { exitCode, err } = await keys('revoke', ...argv);
    expect([exitCode, err.join()]).toEqual([2, containing(sentence)]);
  });
});

test('making and revoking a key leave entries in the security log', async () => {
  const id = idOf(await create('logged'));
  await keys('revoke', id);
  const { rows } = await installation.pool.query<{ kind: string }>(
    `select kind from tiktok_connections.security_log where detail->>'key_id' = $1 and principal = 'cli' order by id`,
    [id],
  );
  expect(rows.map(({ kind }) => kind)).toEqual(['api_key_created', 'api_key_revoked']);
});
