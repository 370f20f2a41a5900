import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { listing } from './expected.ts';
import { connections, forSqlReaders, openVerifiedInstallation, type VerifiedInstallation } from './verified-installation.ts';

let verified: VerifiedInstallation;
let ada: ConnectionId;
let bob: ConnectionId;
const found = (...argv: readonly string[]) => verified.found(...argv);
const tamper = (sql: string, ...values: readonly unknown[]) => verified.tamper(sql, ...values);
const verify = (...argv: readonly string[]) => verified.verify(...argv);

beforeAll(async () => {
  verified = await openVerifiedInstallation();
  ({ ada, bob } = verified);
});
afterEach(() => verified.putBack());
afterAll(() => verified.installation.close());

describe('verify on rows that somebody changed', () => {
  test('names a changed row by connection and column', async () => {
    await tamper(`update ${forSqlReaders} set display_name = 'Eve', scope = 'everything' where id = $1`, ada);
    await tamper(`update ${connections} set status = 'active' where connection_id = $1`, bob);
    const differences = [
      { kind: 'row_differs', table: connections, connection_id: bob, columns: ['status'] },
      { kind: 'row_differs', table: forSqlReaders, connection_id: ada, columns: ['display_name', 'scope'] },
    ];
    const [exitCode, listed] = await found();
    expect([exitCode, listed]).toEqual([1, listing(...differences)]);
    expect(await found('--connection', bob)).toEqual([1, differences.slice(0, 1)]);
    expect((await verify()).out).toContain(`${forSqlReaders}: the row of connection ${ada} differs from its history in display_name, scope.`);
  });

  test('tells an empty column from an absent value', async () => {
    await tamper(`update ${forSqlReaders} set avatar_url = '' where id = $1`, ada);
    expect(await found()).toEqual([1, [{ kind: 'row_differs', table: forSqlReaders, connection_id: ada, columns: ['avatar_url'] }]]);
  });

  test('names a missing row', async () => {
    await tamper(`delete from ${forSqlReaders} where id = $1`, ada);
    await tamper('delete from tiktok_connections.work_items where connection_id = $1', bob);
    const missing = (table: string, id: ConnectionId) => ({ kind: 'row_missing', table, connection_id: id });
    const work = missing('tiktok_connections.work_items', bob);
    expect(await found()).toEqual([1, [missing(forSqlReaders, ada), work, work]]);
    expect(await found('--connection', ada)).toEqual([1, [missing(forSqlReaders, ada)]]);
  });

  test('names an extra row', async () => {
    const stranger = '00000000-0000-5000-8000-00000000000e';
    await tamper(
      `insert into ${forSqlReaders} (id, user_id, tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope)
       values ($1, 'user_eve', 'open-eve', 'Eve', '', '', now(), '')`,
      stranger,
    );
    const extra = { kind: 'row_extra', table: forSqlReaders, connection_id: stranger };
    expect(await found()).toEqual([1, [extra]]);
    expect(await found('--connection', stranger)).toEqual([1, [extra]]);
  });

  test('lists the first thousand of very many, and counts all', async () => {
    await tamper(
      `insert into ${forSqlReaders} (id, user_id, tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope)
       select gen_random_uuid(), 'user_eve', 'open-' || n, 'Eve', '', '', now(), '' from generate_series(1, 1100) n`,
    );
    const ran = await verify('--json');
    const { found: count, differences } = Object.fromEntries(Object.entries(ran.document() ?? {}));
    expect([ran.exitCode, count, differences]).toEqual([1, 1_100, expect.objectContaining({ length: 1_000 })]);
    expect((await verify()).out).toContain('… and 100 more.');
  });
});
