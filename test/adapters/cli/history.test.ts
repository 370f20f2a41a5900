import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { opening, run } from './command-line.ts';
import { aTime, containing, including, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let id: ConnectionId;
const unknown = '6f0e0000-0000-5000-8000-000000000000';

const history = (...argv: readonly string[]) => run(opening(installation.toolbox), 'history', ...argv);

beforeAll(async () => {
  installation = await openInstallation();
  id = await installation.connect('open-1');
  await installation.disconnect(id);
});
afterAll(() => installation.close());

const loggedReadings = async (): Promise<number> => {
  const { rows } = await installation.pool.query<{ count: string }>(
    `select count(*) from tiktok_connections.security_log where kind = 'history_read' and principal = 'cli' and connection_id = $1`,
    [id],
  );
  return Number(rows[0]?.count);
};

describe('history', () => {
  test('shows people each event, and no sealed text', async () => {
    const { exitCode, out, err } = await history(id);
    expect([exitCode, err]).toEqual([0, []]);
    const text = out.join('\n');
    expect(text).toMatch(/^1 {2}\S+Z {2}Connected\n {3}by user user_1, because of request-1\n {3}hash [0-9a-f]{64}\n/);
    expect(text).toMatch(/\n2 {2}\S+Z {2}Disconnected\n/);
    expect(text).toContain('profile: [sealed]');
    expect(text).not.toContain('s1.');
  });

  test('prints one document in the shape of the contract', async () => {
    const ran = await history(id.toUpperCase(), '--json');
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    expect(ran.document()).toEqual({
      data: [
        including({ revision: 1, type: 'Connected', actor: { kind: 'user', id: 'user_1' }, cause: 'request-1' }),
        including({ revision: 2, type: 'Disconnected' }),
      ],
      next_from: null,
    });
  });

  test('shows a part and how to go on', async () => {
    const { out, err } = await history(id, '--limit', '1');
    expect(out.filter((line) => /^\d/.test(line))).toHaveLength(1);
    expect(err).toEqual(['More events follow: go on with --from 2.']);
    expect((await history(id, '--from', '2', '--json')).document()).toMatchObject({ data: [{ revision: 2 }], next_from: null });
  });

  test('shows the connection as it was after a revision, as /v1 would', async () => {
    const ran = await history(id, '--at', '1', '--json');
    expect(ran.exitCode).toBe(0);
    expect(ran.document()).toEqual({
      id,
      user_id: 'user_1',
      status: 'active',
      tiktok: including({ open_id: 'open-1', display_name: 'Name of open-1', username: null }),
      scopes: ['user.info.basic'],
      access_token_expires_at: aTime,
      refresh_token_expires_at: null,
      reauthorization_reason: null,
      connected_at: aTime,
      updated_at: aTime,
      revision: 1,
    });
    expect((await history(id, '--at', '2')).out).toContain('status: disconnected');
  });

  test('shows the connection as it was at a time', async () => {
    expect((await history(id, '--at', '2999-01-01T00:00:00+02:00', '--json')).document()).toMatchObject({ status: 'disconnected', revision: 2 });
    const before = await history(id, '--at', '2000-01-01T00:00:00Z', '--json');
    expect([before.exitCode, before.document()]).toEqual([2, { error: containing(`no connection ${id}, or none at that moment`) }]);
  });

  test('cannot show a state behind an event that this version cannot read, and says what to do', async () => {
    const unreadable = await installation.connect('open-unreadable');
    const stream = `tiktok_connection-${unreadable}`;
    await installation.tamper(`update tiktok_connections.events set type = 'Foreseen' where stream = $1`, stream);
    const { exitCode, err } = await history(unreadable, '--at', '1');
    expect([exitCode, err]).toEqual([3, [matching(/^Event 1 of .* cannot be read by this version .*`verify` tells/)]]);
    expect((await history(unreadable)).out.join('\n')).toMatch(/Foreseen\n {3}by somebody unreadable[^]*unreadable: the event type is not known here/);
  });

  test('leaves an entry in the security log for every reading', async () => {
    const before = await loggedReadings();
    await history(id);
    await history(id, '--at', '1');
    await history(unknown);
    expect(await loggedReadings()).toBe(before + 2);
  });

  test.each([
    ['an unknown connection', [unknown], 'column id of user_tiktok_connections'],
    ['something that is no id', ['user_1'], 'The id of a connection or a publication is a UUID'],
    ['a moment without a zone', [unknown, '--at', '2026-01-31T12:00:00'], '--at takes a revision'],
    ['a limit of none', [unknown, '--limit', '0'], '--limit takes a whole number from 1'],
    ['a state and a part at once', [unknown, '--at', '1', '--from', '1'], 'use one or the other'],
    ['a tree of a part', [unknown, '--tree', '--limit', '1'], '--tree shows all that led to what'],
    ['a tree of a moment', [unknown, '--tree', '--at', '1'], '--tree shows all that led to what'],
    ['an option it does not have', [unknown, '--all'], "Unknown option '--all'"],
    ['no id at all', [], "Missing required argument 'id'"],
  ])('refuses %s as wrong use, with a sentence', async (_, argv, sentence) => {
    const { exitCode, out, err } = await history(...argv);
    expect([exitCode, out]).toEqual([2, []]);
    expect(err.join('\n')).toContain(sentence);
  });
});
