import { afterEach, describe, expect, it } from 'vitest';
import { findRunningPostgres } from '../../../src/adapters/embedded-postgres/find-running.ts';
import { processesWith, untilGone, untilNoneWith } from './processes.ts';
import { killServices, postmasterPid, runService, servingOf } from './running-service.ts';
import { sharedCluster } from './shared-cluster.ts';
import { notesOf, query, writeNote } from './sql.ts';
import { killWatchdogs, tokenOf } from './watchdogs.ts';

afterEach(killServices);
const cluster = sharedCluster();

const untilServing = (url: string): Promise<void> =>
  expect.poll(() => query(url, 'SELECT 1 AS one').catch(() => []), { timeout: 20_000 }).toEqual([{ one: 1 }]);

describe('when only the server is killed', () => {
  it('it is started again on the same address, and ends with the service', async () => {
    const dataDir = cluster();
    const service = await runService({ dataDir });
    const { url } = servingOf(service);
    await writeNote(url, 'kept by the first');
    const server = await postmasterPid(dataDir);
    process.kill(server, 'SIGKILL');
    await untilGone(server);
    await untilServing(url);
    expect(await notesOf(url)).toContain('kept by the first');
    const token = await tokenOf(url);
    expect(await service.stop()).toBe(0);
    await untilNoneWith(token);
  });

  it('an adopted one is started again too', async () => {
    const dataDir = cluster();
    const first = await runService({ dataDir });
    const { url } = servingOf(first);
    await killWatchdogs(url, dataDir);
    await first.kill();
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(true);
    const server = await postmasterPid(dataDir);
    process.kill(server, 'SIGKILL');
    await untilGone(server);
    await untilServing(url);
    expect(await postmasterPid(dataDir)).not.toBe(server);
    expect(await second.stop()).toBe(0);
  });

  it('a service that is stopped at that moment leaves none behind', async () => {
    const dataDir = cluster();
    const service = await runService({ dataDir });
    process.kill(await postmasterPid(dataDir), 'SIGKILL');
    expect(await service.stop()).toBe(0);
    expect(await findRunningPostgres(dataDir)).toBeNull();
    expect(await processesWith(`${dataDir} `)).toEqual([]);
  });
});

describe('another process of the same user', () => {
  it('finds the address of a running server, and none when it is stopped', async () => {
    const dataDir = cluster();
    const service = await runService({ dataDir });
    expect(await findRunningPostgres(dataDir)).toBe(servingOf(service).url);
    await service.stop();
    expect(await findRunningPostgres(dataDir)).toBeNull();
  });
});
