import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from './folders.ts';
import { sharedCluster } from './shared-cluster.ts';
import { processesWith, untilGone, untilNoneWith } from './processes.ts';
import { killServices, postmasterPid, runService, servingOf, spawnService } from './running-service.ts';
import { notesOf, openSession, writeNote } from './sql.ts';
import { killAll, killWatchdogs, tokenOf } from './watchdogs.ts';

afterEach(killServices);
const cluster = sharedCluster();

describe('when the service is killed', () => {
  it('its server shuts down by itself, and what was committed is there at the next start', async () => {
    const dataDir = cluster();
    const service = await runService({ dataDir });
    const { url } = servingOf(service);
    await writeNote(url, 'committed');
    const server = await postmasterPid(dataDir);
    await service.kill();
    await untilGone(server);
    expect(await readFile(`${dataDir}.log`, 'utf8')).toContain('database system is shut down');
    const again = await runService({ dataDir });
    expect(servingOf(again)).toMatchObject({ url, adopted: false });
    expect(await notesOf(url)).toContain('committed');
    expect(await again.stop()).toBe(0);
  });

  it('a service that is started at the same moment waits for the old server to leave', async () => {
    const dataDir = cluster();
    let service = await runService({ dataDir });
    for (const note of ['1', '2', '3']) {
      await writeNote(servingOf(service).url, note);
      await service.kill();
      service = await runService({ dataDir });
    }
    const { url, adopted } = servingOf(service);
    expect(adopted).toBe(false);
    expect(await notesOf(url)).toEqual(expect.arrayContaining(['1', '2', '3']));
    await service.stop();
  });

  it('and its watchdog with it, the next service goes on with the server and guards it', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    const server = await postmasterPid(dataDir);
    await killWatchdogs(url, dataDir);
    await first.kill();
    expect(await processesWith(await tokenOf(url))).toContain(server);
    const second = await runService({ dataDir });
    expect(servingOf(second)).toMatchObject({ url, adopted: true });
    expect(await postmasterPid(dataDir)).toBe(server);
    await second.kill();
    await untilGone(server);
  });

  it('and its watchdog with it, the next service stops an adopted server when it stops itself', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    const server = await postmasterPid(dataDir);
    await killWatchdogs(url, dataDir);
    await first.kill();
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(true);
    expect(await second.stop()).toBe(0);
    await untilGone(server);
    expect(await readdir(dataDir)).not.toContain('postmaster.pid');
  });

  it('and its watchdog with it, a service with other settings replaces the server', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    await writeNote(servingOf(first).url, 'kept by the other');
    const server = await postmasterPid(dataDir);
    await killWatchdogs(servingOf(first).url, dataDir);
    await first.kill();
    const second = await runService({ dataDir, settings: { work_mem: '8MB' } });
    const { url, adopted } = servingOf(second);
    expect(adopted).toBe(false);
    expect(await postmasterPid(dataDir)).not.toBe(server);
    expect(await notesOf(url)).toContain('kept by the other');
    await second.stop();
  });

  it('with everything it started, the next start recovers what was committed', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    await writeNote(url, 'committed before the crash');
    const everything = await processesWith(await tokenOf(url));
    killAll([first.pid, ...everything]);
    await Promise.all(everything.map(untilGone));
    expect(await readdir(dataDir)).toContain('postmaster.pid');
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(false);
    expect(await notesOf(servingOf(second).url)).toContain('committed before the crash');
    await second.stop();
  });

  it('while a session hangs on, the next start waits for it to end', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    const everything = await processesWith(await tokenOf(url));
    const session = await openSession(url);
    onTestFinished(() => killAll([session.pid]));
    process.kill(session.pid, 'SIGSTOP');
    killAll([first.pid, ...everything]);
    const second = runService({ dataDir });
    await expect.poll(() => readFile(`${dataDir}.log`, 'utf8'), { timeout: 20_000 }).toContain('pre-existing shared memory block');
    process.kill(session.pid, 'SIGCONT');
    expect(servingOf(await second).adopted).toBe(false);
    await (await second).stop();
  });

  it('during the very first start, nothing half-made is left, and the next start makes the cluster', async () => {
    const folder = await testFolder();
    const dataDir = join(folder, 'postgres');
    const first = spawnService({ dataDir });
    const unfinished = async (): Promise<string | undefined> => (await readdir(folder)).find((name) => name.includes('unfinished'));
    await expect.poll(unfinished, { interval: 5, timeout: 20_000 }).toBeDefined();
    const name = String(await unfinished());
    await expect.poll(() => readdir(join(folder, name)), { interval: 5, timeout: 20_000 }).toContain('postgresql.conf');
    first.kill('SIGKILL');
    await untilNoneWith(name);
    expect(await readdir(join(folder, name))).not.toContain('tiktok-connections.mark');
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(false);
    expect(await unfinished()).toBeUndefined();
    await second.stop();
  });

  it("and another program gets the old server's process id, the next start is not misled", async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const pidFile = await readFile(join(dataDir, 'postmaster.pid'), 'utf8');
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void stranger.kill());
    await writeFile(join(dataDir, 'postmaster.pid'), pidFile.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 });
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(false);
    expect(stranger.exitCode).toBeNull();
    await second.stop();
  });
});
