import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createProjectionAudit } from '../../../src/adapters/postgres/postgres-projection-audit.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { absentPool } from '../../support/projection-database.ts';
import { opening, run } from './command-line.ts';
import { containing } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';
import { clean, openVerifiedInstallation, type VerifiedInstallation } from './verified-installation.ts';

let verified: VerifiedInstallation;
let ada: ConnectionId;
let installation: Installation;
const found = (...argv: readonly string[]) => verified.found(...argv);
const tamper = (sql: string, ...values: readonly unknown[]) => verified.tamper(sql, ...values);
const verify = (...argv: readonly string[]) => verified.verify(...argv);

beforeAll(async () => {
  verified = await openVerifiedInstallation();
  ({ ada, installation } = verified);
});
afterEach(() => verified.putBack());
afterAll(() => verified.installation.close());

describe('verify on what nobody touched', () => {
  test('finds nothing, and says how much it has looked at', async () => {
    const { exitCode, out, drawn } = await verify();
    expect([exitCode, out]).toEqual([0, ['Checked 5 events in 2 streams and 7 rows of connections, publications, work: no difference.']]);
    expect(drawn).toContain('Checking the hash chain: 5 events …');
    expect((await verify('--json')).document()).toEqual({
      ok: true,
      events: 5,
      streams: 2,
      projections: [
        { name: 'connections', rows: 3 },
        { name: 'publications', rows: 0 },
        { name: 'work', rows: 4 },
      ],
      found: 0,
      differences: [],
    });
  });

  test('looks at one connection alone when told to', async () => {
    expect((await verify('--connection', ada, '--json')).document()).toMatchObject({ events: 3, streams: 1, projections: [{ rows: 2 }, { rows: 0 }, { rows: 2 }] });
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
    expect([exitCode, out]).toEqual([0, ['Checked 0 events in 0 streams and 0 rows of connections, publications, work: no difference.']]);
  });

  test.each([
    ['an unknown connection', '6f0e0000-0000-5000-8000-000000000000', 'There is no connection'],
    ['something that is no id', 'ada', 'A connection id is a UUID'],
  ])('refuses %s as wrong use', async (_, id, sentence) => {
    const { exitCode, err } = await verify('--connection', id);
    expect([exitCode, err.join()]).toEqual([2, containing(sentence)]);
  });
});

describe('verify where nothing can be said', () => {
  test('says so when the rows were made for other settings', async () => {
    await tamper(`update tiktok_connections.projections set fingerprint = 'client_key=another' where projection = 'connections'`);
    const { exitCode, out, err } = await verify();
    expect([exitCode, out, err]).toEqual([3, [], [containing('Run this with the settings of the service')]]);
  });

  test('says so when the rows follow another event store', async () => {
    await tamper(`update tiktok_connections.projections set checkpoint = 'pg:1' || substr(checkpoint, strpos(checkpoint, ':0'))`);
    const { exitCode, err } = await verify();
    expect([exitCode, err]).toEqual([3, [containing('followed another event store')]]);
  });

  test('answers 3 when the database goes away', async () => {
    const nowhere = absentPool();
    const projectionAudit = createProjectionAudit(nowhere, installation.projectors);
    const ran = await run(opening({ ...installation.toolbox, projectionAudit }), 'verify', '--json');
    await nowhere.end();
    expect([ran.exitCode, ran.document()]).toEqual([3, { error: containing('The database does not answer') }]);
  });
});
