import { access, readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../../src/adapters/embedded-postgres/launcher.ts';
import { testFolder } from './folders.ts';
import { sharedCluster } from './shared-cluster.ts';
import { processesWith, untilNoneWith } from './processes.ts';
import { postmasterPid } from './running-service.ts';
import { notesOf, query, writeNote } from './sql.ts';

const cluster = sharedCluster();

const start = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const started = await startEmbeddedPostgres(options);
  if (started.isErr()) throw new Error(started.error.sentence);
  onTestFinished(() => started.value.stop());
  return started.value;
};

const portOf = (url: string): number => Number(new URL(url).port);

const occupy = (port: number): Promise<void> =>
  new Promise((resolve) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    server.listen({ host: '127.0.0.1', port }, resolve);
  });

describe('the embedded PostgreSQL', () => {
  it('keeps data and port from one start to the next', async () => {
    const dataDir = join(await testFolder(), 'data', 'postgres');
    const lines: string[] = [];
    const first = await start({ dataDir, log: (line) => lines.push(line) });
    expect(first).toMatchObject({ dataDir, adopted: false });
    expect(lines).toEqual([expect.stringMatching(/^PostgreSQL serves .+ on 127\.0\.0\.1:\d+ \(\d+ ms\)\.$/)]);
    await writeNote(first.url, 'kept');
    await first.stop();
    const second = await start({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await notesOf(second.url)).toEqual(['kept']);
  });

  it('is UTF-8 with the C locale, loses nothing, and listens on the loopback address only', async () => {
    const { url } = await start({ dataDir: cluster() });
    const settings = ['server_encoding', 'fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'listen_addresses'];
    const [row] = await query(url, `SELECT ${settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`);
    expect(row).toEqual({
      ...{ server_encoding: 'UTF8', fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
      ...{ max_connections: '100', listen_addresses: '127.0.0.1' },
    });
    const locale = await query(url, 'SELECT datcollate, current_database() AS name FROM pg_database WHERE datname = current_database()');
    expect(locale).toEqual([{ datcollate: 'C', name: 'tiktok_connections' }]);
  });

  it('asks for a password that only the user of the service can read, on every way in', async () => {
    const dataDir = cluster();
    const { url } = await start({ dataDir });
    expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
    expect((await readFile(`${dataDir}.password`, 'utf8')).trim()).toBe(new URL(url).password);
    const ways = await query(url, `SELECT DISTINCT auth_method FROM pg_hba_file_rules`);
    expect(ways).toEqual([{ auth_method: 'scram-sha-256' }]);
    const wrong = new URL(url);
    wrong.password = 'made-up';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('has a socket directory of its own with a short path, and removes it when it stops', async () => {
    const server = await start({ dataDir: cluster() });
    const [row] = await query(server.url, `SELECT current_setting('unix_socket_directories') AS directory`);
    const directory = String(row?.['directory']);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(join(directory, `.s.PGSQL.${portOf(server.url)}`))).toBeLessThan(107);
    await server.stop();
    await expect(access(directory)).rejects.toThrow('ENOENT');
  });

  it('finds another place for its sockets where the path of the data is long', async () => {
    const dataDir = join(await testFolder(), 'long'.repeat(20), 'long'.repeat(20), 'postgres');
    const { url } = await start({ dataDir, settings: { fsync: 'off' } });
    const [row] = await query(url, `SELECT current_setting('unix_socket_directories') AS directory`);
    expect(Buffer.byteLength(join(String(row?.['directory']), '.s.PGSQL.65535'))).toBeLessThan(107);
  });

  it('is gone when stop has resolved, however often it is called', async () => {
    const dataDir = cluster();
    const server = await start({ dataDir });
    const pid = await postmasterPid(dataDir);
    const token: unknown = (await query(server.url, `SELECT current_setting('tiktok_connections.launch') AS token`))[0]?.['token'];
    expect(await processesWith(String(token))).toContain(pid);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await untilNoneWith(String(token));
    expect(await readdir(dataDir)).not.toContain('postmaster.pid');
  });

  it('makes the database that it is asked for, with settings that can not open it to the network', async () => {
    const { url } = await start({
      dataDir: cluster(),
      database: 'an "odd" name',
      settings: { work_mem: '8MB', listen_addresses: '*' },
    });
    const told = `
      SELECT current_database() AS name, current_setting('work_mem') AS memory, current_setting('listen_addresses') AS addresses`;
    expect(await query(url, told)).toEqual([{ name: 'an "odd" name', memory: '8MB', addresses: '127.0.0.1' }]);
  });

  it('moves to another port when a stranger has taken the last one, unless the port was demanded', async () => {
    const dataDir = cluster();
    const first = await start({ dataDir });
    await first.stop();
    const port = portOf(first.url);
    await occupy(port);
    const refused = await startEmbeddedPostgres({ dataDir, port });
    const { kind, sentence } = refused._unsafeUnwrapErr();
    expect(kind).toBe('PortTaken');
    expect(sentence).toContain(`Port ${port} on 127.0.0.1 is taken by another program. Stop that program`);
    const lines: string[] = [];
    const second = await start({ dataDir, log: (line) => lines.push(line) });
    expect(portOf(second.url)).not.toBe(port);
    expect(lines[0]).toContain('it moves');
  });
});
