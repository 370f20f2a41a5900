import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { findBinaries } from '../../../src/adapters/embedded-postgres/binaries.ts';
import { sharedFolder, testFolder } from './folders.ts';
import { untilGone } from './processes.ts';
import { killServices, postmasterPid, refusalOf, runService, servingOf } from './running-service.ts';
import type { ServiceOptions } from './service-contract.ts';
import { notesOf, writeNote } from './sql.ts';
import { checkoutForEveryone, copyIncompletely, copyTree, isRoot, nameless, namespacesWork, nobody, pathWithout } from './users.ts';
import { killWatchdogs } from './watchdogs.ts';

afterEach(killServices);
const placeForUser = checkoutForEveryone();
const copiesFolder = sharedFolder();

/** Who runs it is what these tests are about; that it is durable, others show. */
const settings = { fsync: 'off' };

const ownerOf = async (path: string): Promise<number> => (await stat(path)).uid;

const changeModes = async (folders: readonly string[], mode: number): Promise<void> => {
  for (const folder of folders) await chmod(folder, mode);
};

/** A clone in a folder that only its owner may enter, like those below /root. */
const closedClone = async (): Promise<Omit<ServiceOptions, 'asRoot'> & { binariesFolder: string }> => {
  const folder = await testFolder({ mode: 0o700 });
  await mkdir(join(folder, 'node_modules'));
  const binariesFolder = join(folder, 'node_modules', 'native');
  await copyTree(findBinaries()._unsafeUnwrap().folder, binariesFolder);
  return { dataDir: join(folder, 'data', 'postgres'), binariesFolder, copiesFolder: copiesFolder(), settings };
};

const waysOfRoot = isRoot ? (['namespace', 'other-user'] as const) : [];

for (const way of waysOfRoot) {
  describe(`for root, by ${way}`, () => {
    it('a clone in a closed folder is served, killed, recovered and taken over like any other', async () => {
      const options = { ...(await closedClone()), asRoot: way };
      const first = await runService(options);
      if (way === 'namespace' && !namespacesWork()) {
        expect(refusalOf(first).kind).toBe('NoBinaries');
        return;
      }
      const { url } = servingOf(first);
      await writeNote(url, 'kept');
      const server = await postmasterPid(options.dataDir);
      expect(await ownerOf(`/proc/${server}`)).toBe(way === 'namespace' ? 0 : nobody);
      await first.kill();
      await untilGone(server);
      const second = await runService(options);
      expect(servingOf(second)).toMatchObject({ url, adopted: false });
      await killWatchdogs(url, options.dataDir);
      await second.kill();
      const third = await runService(options);
      expect(servingOf(third)).toMatchObject({ url, adopted: true });
      expect(await notesOf(url)).toEqual(['kept']);
      expect(await third.stop()).toBe(0);
    });
  });
}

if (isRoot) {
  describe('for root', () => {
    it('where no namespace can be made the other user is taken without being asked for', async () => {
      const clone = await closedClone();
      const service = await runService(clone, { path: await pathWithout('unshare') });
      await writeNote(servingOf(service).url, 'kept');
      expect(await ownerOf(`/proc/${await postmasterPid(clone.dataDir)}`)).toBe(nobody);
      await service.stop();
    });

    it('data follow the way that works, from one start to the next', async () => {
      const clone = await closedClone();
      const byOther = await runService({ ...clone, asRoot: 'other-user' });
      await writeNote(servingOf(byOther).url, 'kept');
      await byOther.stop();
      expect(await ownerOf(clone.dataDir)).toBe(nobody);
      await chown(clone.dataDir, 0, 0);
      const again = await runService({ ...clone, asRoot: 'other-user' });
      expect(await notesOf(servingOf(again).url)).toEqual(['kept']);
      await again.stop();
      const byItself = await runService(clone);
      expect(await notesOf(servingOf(byItself).url)).toEqual(['kept']);
      expect(await ownerOf(clone.dataDir)).toBe(nobody);
      await byItself.stop();
    });

    it('what it makes in the folder of a user belongs to that user, who can go on with it', async () => {
      const place = await placeForUser(nobody);
      const dataDir = join(place.home, 'data', 'postgres');
      const asRoot = await runService({ dataDir, settings, copiesFolder: copiesFolder() });
      await writeNote(servingOf(asRoot).url, 'kept');
      await asRoot.stop();
      for (const name of await readdir(join(dataDir, '..'))) expect(await ownerOf(join(dataDir, '..', name)), name).toBe(nobody);
      const asUser = await runService({ dataDir, settings }, place);
      expect(await notesOf(servingOf(asUser).url)).toEqual(['kept']);
      await asUser.stop();
    });
  });

  describe('for a user without a name', () => {
    it('works where namespaces do, and else says what is wrong', async () => {
      const place = await placeForUser(nameless);
      const service = await runService({ dataDir: join(place.home, 'postgres'), settings }, place);
      if (!namespacesWork()) {
        expect(refusalOf(service).sentence).toContain('could not look up effective user ID');
        return;
      }
      await writeNote(servingOf(service).url, 'kept');
      expect(await notesOf(servingOf(service).url)).toEqual(['kept']);
      await service.stop();
    });
  });
}

describe('for an ordinary user', () => {
  const ordinary = isRoot ? nobody : (process.getuid?.() ?? nobody);

  it('serves, survives a kill and stops', async () => {
    const place = await placeForUser(ordinary);
    const dataDir = join(place.home, 'data', 'postgres');
    const first = await runService({ dataDir, settings }, place);
    await writeNote(servingOf(first).url, 'kept');
    const server = await postmasterPid(dataDir);
    expect(await ownerOf(`/proc/${server}`)).toBe(ordinary);
    await first.kill();
    await untilGone(server);
    const second = await runService({ dataDir, settings }, place);
    expect(await notesOf(servingOf(second).url)).toEqual(['kept']);
    expect(await second.stop()).toBe(0);
  });

  it('completes programs that were installed without their install script, in a copy where they can not be written', async () => {
    const place = await placeForUser(ordinary);
    const folder = await testFolder();
    const binariesFolder = await copyIncompletely(folder);
    const folders = ['.', 'native', 'native/lib', 'native/bin'].map((name) => join(folder, name));
    onTestFinished(() => changeModes(folders, 0o755));
    await changeModes(folders, 0o555);
    const dataDir = join(place.home, 'postgres');
    const service = await runService({ dataDir, binariesFolder, settings }, place);
    await writeNote(servingOf(service).url, 'kept');
    expect(await readdir(join(place.home, '.cache', 'tiktok-connections'))).toEqual([expect.stringMatching(/^postgresql-[0-9a-f]{16}$/)]);
    await service.stop();
  });

  it('is told when a folder may not be written to', async () => {
    const place = await placeForUser(ordinary);
    const closed = await testFolder({ mode: 0o555 });
    const { kind, sentence } = refusalOf(await runService({ dataDir: join(closed, 'data', 'postgres') }, place));
    expect(kind).toBe('NotPermitted');
    expect(sentence).toContain('Give the user that runs this service the right to write to');
  });
});

describe('programs that were installed without their install script', () => {
  it('are completed where they lie', async () => {
    const folder = await testFolder();
    const binariesFolder = await copyIncompletely(folder);
    const copies = await testFolder();
    const service = await runService({ dataDir: join(folder, 'postgres'), binariesFolder, copiesFolder: copies, settings });
    await writeNote(servingOf(service).url, 'kept');
    expect(await readdir(copies)).toEqual([]);
    await service.stop();
  });
});
