import { errAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Importing } from '../../../src/adapters/cli/toolbox.ts';
import { unavailable } from '../../../src/application/failures.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import { csvOf, legacyRow, type LegacyFixture } from '../../support/legacy-table.ts';
import { opening, run } from './command-line.ts';
import { containing } from './expected.ts';
import { openImportWorld, type ImportWorld } from './import-world.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await openImportWorld();
});
afterAll(() => world.close());

describe('import of a PostgreSQL table', () => {
  const inserted = `insert into connections_before (id, user_id, tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
  const insert = async (row: LegacyFixture): Promise<void> => {
    const columns = ['id', 'user_id', 'tiktok_open_id', 'display_name', 'access_token', 'refresh_token', 'token_expires_at', 'scope', 'created_at'];
    await world.installation.pool.query(inserted, columns.map((column) => row[column]));
  };

  test('reads a renamed table beside our own and names refused rows by their place and id', async () => {
    await world.installation.pool.query('create table connections_before (like user_tiktok_connections)');
    await insert(legacyRow('from-postgres'));
    await insert(legacyRow('from-postgres-too', { scope: 'video.list', id: '00000000-0000-4000-8000-00000000000b' }));
    const ran = await world.importing(world.installation.url, '--table', 'connections_before', '--json');
    expect(ran.exitCode).toBe(1);
    expect(ran.document()).toMatchObject({
      imported: 1,
      refused: [{ row: 2, id: '00000000-0000-4000-8000-00000000000b', reason: 'missing_scope' }],
    });
    expect(await world.stored('from-postgres')).toMatchObject({ created_at: new Date('2025-05-06T07:08:09Z'), avatar_url: null });
  });

  test('asks which table is meant when it is our own', async () => {
    const { exitCode, err } = await world.importing(world.installation.url);
    expect([exitCode, err]).toEqual([2, [containing('--table')]]);
  });

  test('ends with 3 when the database of the rows does not answer, and shows nothing of its address', async () => {
    const { exitCode, err } = await world.importing('postgres://made-up-user:made-up-password@127.0.0.1:1/none');
    expect(exitCode).toBe(3);
    expect(err.join()).toContain('The database of the rows does not answer');
    expect(err.join()).not.toContain('made-up');
  });
});

describe('wrong use of import', () => {
  const source = 'rows.csv';
  test.each<[string, readonly string[], string]>([
    ['no key file', [source], "Required option '--legacy-key-file <path>' not specified"],
    ['no source', ['--legacy-key-file', 'old.key'], "Missing required argument 'source'"],
    ['a key file that is not there', [source, '--legacy-key-file', 'nowhere.key'], 'nowhere.key cannot be read'],
    ['a table of a file', [source, '--legacy-key-file', 'KEY', '--table', 'x'], '--table goes with'],
    ['another kind of address', ['mysql://db/app', '--legacy-key-file', 'KEY'], 'begins with postgres://'],
    ['a file that is not there', ['nowhere.csv', '--legacy-key-file', 'KEY'], 'nowhere.csv cannot be read'],
  ])('is refused with 2: %s', async (_, argv, sentence) => {
    const given = argv.map((each) => (each === 'KEY' ? world.keyFile : each));
    const { exitCode, out, err } = await run(opening(world.installation.toolbox), 'import', ...given);
    expect([exitCode, out]).toEqual([2, []]);
    expect(err.join(' ')).toContain(sentence);
  });

  test('names the columns that are missing', async () => {
    const { exitCode, err } = await world.importing(await world.write('user_id,tiktok_open_id,display_name,access_token,refresh_token,scope\n'));
    expect([exitCode, err]).toEqual([2, [containing('lacks the columns token_expires_at, created_at')]]);
  });

  test('shows nothing of a file that holds no key', async () => {
    const noKey = await world.write('made-up-but-too-short');
    const { exitCode, err } = await run(opening(world.installation.toolbox), 'import', source, '--legacy-key-file', noKey);
    expect([exitCode, err]).toEqual([2, ['The legacy key file holds no key: it takes 32 bytes as 64 hex digits, as base64, or exactly 32 characters.']]);
  });
});

describe('an import that is stopped', () => {
  test('by the person ends with 3 and says how far it came', async () => {
    const stop = new AbortController();
    const source = await world.write(csvOf(Array.from({ length: 40 }, (_, index) => legacyRow(`stopped-${index}`))));
    const { exitCode, err } = await run(
      { ...opening(world.installation.toolbox), signal: stop.signal, draw: () => stop.abort() },
      'import',
      source,
      '--legacy-key-file',
      world.keyFile,
    );
    expect([exitCode, err]).toEqual([3, ['Interrupted before the end.', containing('Up to there: 12 rows, 12 imported')]]);
    expect((await world.importing(source, '--json')).document()).toMatchObject({ imported: 28, skipped: 12 });
  });

  test('by an event store that does not answer ends with 3', async () => {
    const source = await world.write(csvOf([legacyRow('away')]));
    const { toolbox } = world.installation;
    const importing = async (): Promise<Importing> => {
      const given = await toolbox.importing();
      const read: EventStore['read'] = () => errAsync(unavailable('event_store', 'made up'));
      return { ...given, ports: { ...given.ports, eventStore: { ...given.ports.eventStore, read } } };
    };
    const { exitCode, err } = await run(opening({ ...toolbox, importing }), 'import', source, '--legacy-key-file', world.keyFile);
    expect([exitCode, err[0]]).toEqual([3, containing('The event store does not answer (made up)')]);
  });
});
