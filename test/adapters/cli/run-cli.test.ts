import { err, ok } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { absentPool } from '../../support/projection-database.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { pendingMigrations } from '../../../src/adapters/postgres/migrate.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { opening, run } from './command-line.ts';
import { containing, listing, matching } from './expected.ts';
import { openInstallation } from './installation.ts';

const commands = [
  [],
  ['serve'],
  ['migrate'],
  ['keys'],
  ['keys', 'create'],
  ['keys', 'list'],
  ['keys', 'revoke'],
  ['history'],
  ['verify'],
  ['rebuild'],
  ['parked'],
  ['parked', 'list'],
  ['parked', 'retry'],
  ['parked', 'skip'],
  ['doctor'],
];

describe('the command line', () => {
  test.each(commands.map((command) => [command.join(' ') || 'the whole', command] as const))('explains %s with examples', async (_, command) => {
    const { exitCode, out, err: errors } = await run({}, ...command, '--help');
    expect([exitCode, errors]).toEqual([0, []]);
    expect(out.join('\n')).toMatch(/Examples?:\n {2}\$ \S/);
  });

  test.each([
    ['an unknown command', ['explode']],
    ['an unknown option', ['migrate', '--fast']],
    ['an unknown subcommand', ['keys', 'burn']],
  ])('refuses %s as wrong use and points to the help', async (_, argv) => {
    const { exitCode, out, err: errors } = await run({}, ...argv);
    expect([exitCode, out]).toEqual([2, []]);
    expect(errors.join('\n')).toMatch(/^Unknown (command|option) .*Run with --help/);
  });

  test('refuses a command line without a command, and shows what there is', async () => {
    const { exitCode, out, err: errors } = await run({});
    expect([exitCode, out]).toEqual([2, []]);
    expect(errors.join('\n')).toContain('migrate');
  });

  test('answers wrong use as a document too, when asked for one', async () => {
    const ran = await run({}, 'migrate', '--fast', '--json');
    expect([ran.exitCode, ran.document()]).toEqual([2, { error: containing("Unknown option '--fast'") }]);
  });

  test('ends with what the service ended with', async () => {
    expect((await run({ serve: () => Promise.resolve(3) }, 'serve')).exitCode).toBe(3);
    let asked: unknown;
    await run({ serve: (options) => ((asked = options), Promise.resolve(0)) }, 'serve', '--json');
    expect(asked).toEqual({ json: true });
  });

  test('calls settings that have to be mended wrong use, one sentence per problem', async () => {
    const sentences = ['PORT must be a port number.', 'PUBLIC_URL must be an origin.'];
    const ran = await run({ open: () => Promise.resolve(err({ kind: 'settings', sentences })) }, 'keys', 'list');
    expect([ran.exitCode, ran.out, ran.err]).toEqual([2, [], sentences]);
  });

  test('calls parts that may come back unavailable', async () => {
    const sentences = ['The data directory is in use.'];
    const ran = await run({ open: () => Promise.resolve(err({ kind: 'unavailable', sentences })) }, 'keys', 'list', '--json');
    expect([ran.exitCode, ran.document(), ran.err]).toEqual([3, { error: sentences[0] }, sentences]);
  });

  test('answers 3 with a sentence when the database is away', async () => {
    const installation = await openInstallation({ migrated: false });
    const nowhere = absentPool();
    const toolbox = { ...installation.toolbox, apiKeys: createApiKeys(nowhere, systemClock) };
    const migrations = { ...toolbox.migrations, pending: () => pendingMigrations(nowhere) };
    const list = async (parts: typeof toolbox) => run(opening(parts), 'keys', 'list');
    const early = await list({ ...toolbox, migrations });
    const late = await list({ ...toolbox, migrations: { ...migrations, pending: () => Promise.resolve(ok([])) } });
    await nowhere.end();
    await installation.close();
    expect([early.exitCode, early.out, early.err.join()]).toEqual([3, [], matching(/The database did not answer.*doctor/)]);
    expect([late.exitCode, late.out, late.err.join()]).toEqual([3, [], matching(/The database does not answer.*doctor/)]);
  });
});

describe('migrate', () => {
  test('lists what is missing, applies it, and finds nothing the second time', async () => {
    const installation = await openInstallation({ migrated: false });
    const migrate = (...argv: readonly string[]) => run(opening(installation.toolbox), 'migrate', ...argv);
    const refused = await run(opening(installation.toolbox), 'keys', 'list');
    const planned = await migrate('--dry-run', '--json');
    const plan = planned.document();
    const first = await migrate('--json');
    const second = await migrate();
    await installation.close();
    expect([refused.exitCode, refused.err.join()]).toEqual([3, matching(/lacks 0001-event-store.sql.*run `migrate`/)]);
    expect(plan).toMatchObject({ pending: listing('0001-event-store.sql'), dry_run: true });
    expect(first.document()).toMatchObject({ applied: listing('0001-event-store.sql'), newer: [] });
    expect([second.exitCode, second.out]).toEqual([0, ['The database is up to date.']]);
  });

  test('adopts a cluster that the database was restored into, once', async () => {
    const installation = await openInstallation();
    const migrate = (...argv: readonly string[]) => run(opening(installation.toolbox), 'migrate', ...argv);
    await installation.connect('open-1');
    await installation.tamper(`update tiktok_connections.event_cluster set system_identifier = '1'`);
    const planned = await migrate('--adopt-cluster', '--dry-run');
    const adopted = await migrate('--adopt-cluster', '--json');
    const again = await migrate('--adopt-cluster');
    await installation.close();
    expect(planned.out).toContain('Would make the history this cluster’s own, if it was written in another.');
    expect([adopted.exitCode, adopted.document()]).toEqual([0, { applied: [], newer: [], cluster: 'adopted' }]);
    expect(again.out).toContain('The history was written in this cluster: there was nothing to adopt.');
  });

  test('calls a database that it refuses wrong use, with the remedy', async () => {
    const installation = await openInstallation({ migrated: false });
    await installation.pool.query('create table public.user_tiktok_connections (id int)');
    const { exitCode, err: errors } = await run(opening(installation.toolbox), 'migrate');
    await installation.close();
    expect([exitCode, errors.join()]).toEqual([2, containing('Rename it')]);
  });
});
