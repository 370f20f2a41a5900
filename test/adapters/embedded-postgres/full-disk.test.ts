import { execFile } from 'node:child_process';
import { readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from './folders.ts';
import { killServices, refusalOf, runService, servingOf } from './running-service.ts';
import { notesOf, writeNote } from './sql.ts';

const run = promisify(execFile);

afterEach(killServices);

/** A file system of its own, or undefined where this user may not mount one. */
const smallDisk = async (megabytes: number): Promise<string | undefined> => {
  const folder = await testFolder();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'none', folder]).then(
    () => true,
    () => false,
  );
  if (!mounted) return undefined;
  onTestFinished(() => run('umount', ['--lazy', folder]).then(() => undefined));
  return folder;
};

const fill = async (disk: string): Promise<string> => {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc(bavail * bsize));
  return ballast;
};

/** Files of a process may not grow over this many blocks of 512 bytes: what a full disk is like where none can be mounted. */
const limited = (blocks: number): { wrapper: readonly string[] } => ({ wrapper: ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'] });

describe('on a full disk', () => {
  it('a first start says so and leaves nothing half-made behind', async () => {
    const disk = await smallDisk(16);
    const folder = disk ?? (await testFolder());
    const dataDir = join(folder, 'postgres');
    const service = await runService({ dataDir }, disk === undefined ? limited(2_048) : {});
    const { kind, sentence } = refusalOf(service);
    expect(kind).toBe('DiskFull');
    expect(sentence).toMatch(/^The disk that holds .+ is full: PostgreSQL could not prepare its data directory\. Free some space/);
    expect((await readdir(folder)).filter((name) => !/\.(lock|password)$/.test(name))).toEqual([]);
  });

  it('a limit on the size of files is told alike', async () => {
    const folder = await testFolder();
    const { kind } = refusalOf(await runService({ dataDir: join(folder, 'postgres') }, limited(2_048)));
    expect(kind).toBe('DiskFull');
    expect((await readdir(folder)).filter((name) => !/\.(lock|password)$/.test(name))).toEqual([]);
  });

  it('a later start says so too, and with room again everything is there', async () => {
    const disk = await smallDisk(160);
    const folder = disk ?? (await testFolder());
    const dataDir = join(folder, 'postgres');
    const first = await runService({ dataDir });
    await writeNote(servingOf(first).url, 'kept');
    await first.stop();
    const ballast = disk === undefined ? undefined : await fill(disk);
    const refused = await runService({ dataDir }, disk === undefined ? limited(0) : {});
    expect(refusalOf(refused).kind).toBe('DiskFull');
    if (ballast !== undefined) await rm(ballast);
    const second = await runService({ dataDir });
    expect(await notesOf(servingOf(second).url)).toEqual(['kept']);
    await second.stop();
  });
});
