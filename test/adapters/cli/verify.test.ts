import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { opening, run, type Ran } from './command-line.ts';
import { containing, listing } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let ada: ConnectionId;
let bob: ConnectionId;
let streamOfAda: string;
let putBack: () => Promise<void>;

const verify = (...argv: readonly string[]): Promise<Ran> => run(opening(installation.toolbox), 'verify', ...argv);

/** The exit code and what is listed; nothing of it may be personal or sealed. */
const found = async (...argv: readonly string[]): Promise<readonly [number, unknown]> => {
  const ran = await verify(...argv, '--json');
  expect(ran.out.join()).not.toMatch(/Name of|open-ada|s1\./);
  const { differences } = Object.fromEntries(Object.entries(ran.document() ?? {}));
  return [ran.exitCode, differences];
};

const tamper = (sql: string, ...values: readonly unknown[]): Promise<void> => installation.tamper(sql, ...values);
const events = 'tiktok_connections.events';
const connections = 'tiktok_connections.connections';
const forSqlReaders = 'public.user_tiktok_connections';
const clean = [0, []];

beforeAll(async () => {
  installation = await openInstallation();
  ada = await installation.connect('open-ada', 'user_ada');
  bob = await installation.connect('open-bob', 'user_bob');
  await installation.connect('open-ada', 'user_ada');
  await installation.disconnect(bob);
  await installation.connect('open-ada', 'user_ada');
  await installation.project();
  streamOfAda = connectionStream(ada);
  putBack = await installation.remember();
});
afterEach(() => putBack());
afterAll(() => installation.close());

describe('verify on what nobody touched', () => {
  test('finds nothing, and says how much it has looked at', async () => {
    const { exitCode, out, drawn } = await verify();
    expect([exitCode, out]).toEqual([0, ['Checked 5 events in 2 streams and 4 rows of connections, work: no difference.']]);
    expect(drawn).toContain('Checking the hash chain: 5 events …');
    expect((await verify('--json')).document()).toEqual({
      ok: true,
      events: 5,
      streams: 2,
      projections: [
        { name: 'connections', rows: 3 },
        { name: 'work', rows: 1 },
      ],
      found: 0,
      differences: [],
    });
  });

  test('looks at one connection alone when told to', async () => {
    expect((await verify('--connection', ada, '--json')).document()).toMatchObject({ events: 3, streams: 1, projections: [{ rows: 2 }, { rows: 0 }] });
  });

  test('finds nothing where projectors have yet to follow', async () => {
    await installation.connect('open-new', 'user_new');
    await installation.disconnect(ada);
    expect(await found()).toEqual(clean);
  });

  test('finds nothing in an empty database, before any projector ran', async () => {
    const empty = await openInstallation();
    const { exitCode, out } = await run(opening(empty.toolbox), 'verify');
    await empty.close();
    expect([exitCode, out]).toEqual([0, ['Checked 0 events in 0 streams and 0 rows of connections, work: no difference.']]);
  });

  test.each([
    ['an unknown connection', '6f0e0000-0000-5000-8000-000000000000', 'There is no connection'],
    ['something that is no id', 'ada', 'A connection id is a UUID'],
  ])('refuses %s as wrong use', async (_, id, sentence) => {
    const { exitCode, err } = await verify('--connection', id);
    expect([exitCode, err.join()]).toEqual([2, containing(sentence)]);
  });
});

describe('verify on a history that somebody changed', () => {
  const altered = (revision: number) => ({ kind: 'event_altered', stream: streamOfAda, revision });

  test('names a changed event, and the row that does not follow from it any more', async () => {
    await tamper(`update ${events} set data = replace(data, '"user.info.basic"', '"user.info.stats"') where stream = $1 and revision = 3`, streamOfAda);
    const differences = [
      altered(3),
      { kind: 'row_differs', table: connections, connection_id: ada, columns: ['scopes'] },
      { kind: 'row_differs', table: forSqlReaders, connection_id: ada, columns: ['scope'] },
    ];
    expect(await found()).toEqual([1, differences]);
    expect(await found('--connection', ada)).toEqual([1, differences]);
    expect(await found('--connection', bob)).toEqual(clean);
    expect((await verify()).out).toContain(`${streamOfAda}: event 3 is not the one that was written there.`);
  });

  test.each(['type', 'occurred_at', 'metadata', 'id', 'schema_version'])('names an event whose %s was changed', async (column) => {
    const changes: Readonly<Record<string, string>> = {
      type: `type = 'ScopesChanged'`,
      occurred_at: `occurred_at = '2020-01-01T00:00:00.000Z'`,
      metadata: `metadata = replace(metadata, 'request-1', 'request-2')`,
      id: `id = '00000000-0000-5000-8000-000000000000'`,
      schema_version: 'schema_version = 2',
    };
    await tamper(`update ${events} set ${changes[column]} where stream = $1 and revision = 2`, streamOfAda);
    const [exitCode, differences] = await found();
    expect([exitCode, differences]).toEqual([1, listing(altered(2))]);
  });

  test('names an event whose hash was changed, and not those behind it', async () => {
    await tamper(`update ${events} set hash = repeat('0', 64) where stream = $1 and revision = 1`, streamOfAda);
    expect(await found()).toEqual([1, [altered(1)]]);
    expect(await found('--connection', ada)).toEqual([1, [altered(1)]]);
  });

  test('names the event behind one that was rewritten together with its hash', async () => {
    const [first] = (await installation.toolbox.eventStore.read(connectionStream(ada), 1, 1))._unsafeUnwrap();
    if (first === undefined) throw new Error('no event');
    const forged = { ...first, stored: { ...first.stored, data: first.stored.data.replace('"life":1', '"life":2') } };
    const hash = installation.toolbox.eventChain.hashAfter(null, forged);
    await tamper(`update ${events} set data = $2, hash = $3 where stream = $1 and revision = 1`, streamOfAda, forged.stored.data, hash);
    expect(await found()).toEqual([1, [altered(2)]]);
  });

  test('names deleted events, at the beginning and in the middle', async () => {
    await tamper(`delete from ${events} where stream = $1 and revision = 2`, streamOfAda);
    expect(await found()).toEqual([1, [{ kind: 'event_missing', stream: streamOfAda, revision: 2, through: 2 }]]);
    await tamper(`delete from ${events} where stream = $1 and revision = 1`, streamOfAda);
    const missing = { kind: 'event_missing', stream: streamOfAda, revision: 1, through: 2 };
    expect(await found('--connection', ada)).toEqual([1, listing(missing)]);
    expect((await verify()).out).toContain(`${streamOfAda}: events 1 to 2 missing.`);
  });

  test('names the rows that a cut tail leaves without a history', async () => {
    await tamper(`delete from ${events} where stream = $1 and revision = 3`, streamOfAda);
    expect(await found()).toEqual([
      1,
      [
        { kind: 'row_differs', table: connections, connection_id: ada, columns: listing('revision', 'sealed_access_token') },
        { kind: 'row_differs', table: forSqlReaders, connection_id: ada, columns: listing('access_token') },
      ],
    ]);
    await tamper(`delete from ${events} where stream = $1`, streamOfAda);
    const extra = [connections, forSqlReaders].map((table) => ({ kind: 'row_extra', table, connection_id: ada }));
    expect(await found()).toEqual([1, extra]);
    expect(await found('--connection', ada)).toEqual([1, extra]);
  });

  test('names an inserted event', async () => {
    await tamper(
      `insert into ${events} (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
       select stream, 4, '00000000-0000-5000-8000-000000000000', type, schema_version, occurred_at, data, metadata, hash
       from ${events} where stream = $1 and revision = 3`,
      streamOfAda,
    );
    expect(await found()).toEqual([1, [altered(4)]]);
  });

  test('names events whose places were exchanged', async () => {
    await tamper(`update ${events} set revision = revision + 10 where stream = $1 and revision in (2, 3)`, streamOfAda);
    await tamper(`update ${events} set revision = 15 - revision where stream = $1 and revision > 10`, streamOfAda);
    const [exitCode, differences] = await found();
    const outOfOrder = { kind: 'event_out_of_order', stream: streamOfAda, revision: 2 };
    expect([exitCode, differences]).toEqual([1, listing(outOfOrder, altered(2), altered(3))]);
  });

  test('names an event that the feed delivers before its turn, though its stream reads well', async () => {
    await tamper(`update ${events} set xid = '9' where stream = $1 and revision = 3`, streamOfAda);
    const [exitCode, differences] = await found();
    expect([exitCode, differences]).toEqual([1, listing({ kind: 'event_out_of_order', stream: streamOfAda, revision: 1 })]);
  });

  test('names a stream that cannot be replayed any more, and compares the others', async () => {
    await tamper(`update ${events} set data = '{}' where stream = $1 and revision = 2`, streamOfAda);
    const [exitCode, differences] = await found();
    const stopped = (projection: string) => ({ kind: 'stream_not_comparable', projection, stream: streamOfAda, revision: 2, reason: containing('data: ') });
    expect([exitCode, differences]).toEqual([1, [altered(2), stopped('connections'), stopped('work')]]);
  });
});

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
    expect(await found()).toEqual([1, [missing(forSqlReaders, ada), missing('tiktok_connections.work_items', bob)]]);
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
