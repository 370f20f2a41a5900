import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { containing, including, listing } from './expected.ts';
import { type Installation } from './installation.ts';
import { clean, connections, events, forSqlReaders, openVerifiedInstallation, workItems, type VerifiedInstallation } from './verified-installation.ts';

let verified: VerifiedInstallation;
let ada: ConnectionId;
let bob: ConnectionId;
let streamOfAda: StreamName;
let installation: Installation;
const found = (...argv: readonly string[]) => verified.found(...argv);
const tamper = (sql: string, ...values: readonly unknown[]) => verified.tamper(sql, ...values);
const verify = (...argv: readonly string[]) => verified.verify(...argv);

beforeAll(async () => {
  verified = await openVerifiedInstallation();
  ({ ada, bob, streamOfAda, installation } = verified);
});
afterEach(() => verified.putBack());
afterAll(() => verified.installation.close());

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
    const ahead = (projection: string) => ({ kind: 'projection_ahead', projection });
    expect(await found()).toEqual([
      1,
      [
        { kind: 'row_differs', table: connections, connection_id: ada, columns: listing('revision', 'sealed_access_token') },
        { kind: 'row_differs', table: forSqlReaders, connection_id: ada, columns: listing('access_token') },
        ahead('connections'),
        ahead('publications'),
        { kind: 'row_differs', table: workItems, connection_id: ada, columns: listing('revision') },
        { kind: 'row_differs', table: workItems, connection_id: ada, columns: listing('revision') },
        ahead('work'),
      ],
    ]);
    expect((await verify()).out.join('\n')).toContain('connections: has seen more than the event store holds');
    await tamper(`delete from ${events} where stream = $1`, streamOfAda);
    const extra = (table: string) => ({ kind: 'row_extra', table, connection_id: ada });
    const all = [extra(connections), extra(forSqlReaders), ahead('connections'), ahead('publications'), extra(workItems), extra(workItems), ahead('work')];
    expect(await found()).toEqual([1, all]);
    expect(await found('--connection', ada)).toEqual([1, all]);
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

  test('names a stream whose profile does not open any more, and no other of the same batch', async () => {
    const place = `strpos(data, 's1.') + 60`;
    const other = `case substr(data, ${place}, 1) when 'A' then 'B' else 'A' end`;
    await tamper(`update ${events} set data = overlay(data placing ${other} from ${place} for 1) where stream = $1 and revision = 3`, streamOfAda);
    const stopped = { kind: 'stream_not_comparable', projection: 'connections', stream: streamOfAda, revision: 3 };
    const [exitCode, differences] = await found();
    expect([exitCode, differences]).toEqual([1, [altered(3), including(stopped)]]);
  });

  test('names a stream that cannot be replayed any more, and compares the others', async () => {
    await tamper(`update ${events} set data = '{}' where stream = $1 and revision = 2`, streamOfAda);
    const [exitCode, differences] = await found();
    const stopped = (projection: string) => ({ kind: 'stream_not_comparable', projection, stream: streamOfAda, revision: 2, reason: containing('data: ') });
    expect([exitCode, differences]).toEqual([1, [altered(2), stopped('connections'), stopped('work')]]);
  });
});
