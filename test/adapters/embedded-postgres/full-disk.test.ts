import { readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testFolder } from './folders.ts';
import { killServices, refusalOf, runService, servingOf } from './running-service.ts';
import { sharedCluster } from './shared-cluster.ts';
import { mountsWork, smallDisk } from './small-disk.ts';
import { notesOf, writeNote } from './sql.ts';

afterEach(killServices);
const cluster = sharedCluster();

const fill = async (disk: string): Promise<string> => {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc(bavail * bsize));
  return ballast;
};

/** Besides what the next start goes on with. */
const madeIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => !/\.(lock|password)$/.test(name));

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
    expect(await madeIn(folder)).toEqual([]);
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

describe('under a limit on the size of files', () => {
  it('a first start says the same and leaves nothing half-made behind', async () => {
    const folder = await testFolder();
    const { kind } = refusalOf(await runService({ dataDir: join(folder, 'postgres') }, limited(2_048)));
    expect(kind).toBe('DiskFull');
    expect(await madeIn(folder)).toEqual([]);
  });

  it('a later start says the same, and does not keep the directory from others', async () => {
    const dataDir = cluster();
    expect(refusalOf(await runService({ dataDir }, limited(0))).kind).toBe('DiskFull');
    const second = await runService({ dataDir });
    expect(servingOf(second).adopted).toBe(false);
    await second.stop();
  });
});

if (mountsWork()) {
  describe('a data directory that is a mount point', () => {
    it('is refused before anything is written, with what to do instead', async () => {
      const disk = String(await smallDisk(16));
      const { kind, sentence } = refusalOf(await runService({ dataDir: disk }));
      expect(kind).toBe('MountPoint');
      expect(sentence).toContain('Mount the volume one directory above');
      expect(await readdir(disk)).toEqual([]);
    });
  });
}
