import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { installation, npmStart, personAt, type Installation } from '../support/installation.ts';
import { untilNobodyIsAbout } from '../support/processes.ts';
import { checkout, killLeftovers, startService, type Launch } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';

afterAll(killLeftovers);

describe('a clone', () => {
  const isRoot = process.getuid?.() === 0;
  const nobody = 65_534;

  /** What a clone has after `npm ci`; files that nothing writes to are linked, where links are possible. */
  const cloneIn = async (folder: string): Promise<string> => {
    const clone = join(folder, 'clone');
    await mkdir(clone);
    const names = ['package.json', 'src', 'simulator', 'node_modules'].map((name) => join(checkout, name));
    const copy = promisify(execFile);
    await copy('cp', ['-a', '--link', ...names, clone]).catch(() => copy('cp', ['-a', ...names, clone]));
    return clone;
  };

  const connectsAndStops = async (place: Installation, launch: Launch): Promise<void> => {
    const service = await startService(place.environment, { ...npmStart, ...launch });
    const person = await personAt(service, 'somebody');
    expect(outcomeOf(await person.connect({ account: 'ada' }))).toBe('success');
    expect(await service.stop()).toBe(0);
    await untilNobodyIsAbout(place.folder, 1_000);
  };

  const user = isRoot ? 'root' : 'its owner';
  it(`in a folder that only its owner may enter serves ${user}, and keeps its data in ./data`, async () => {
    const { folder, environment: { DATA_DIR: _, ...environment }, remove } = await installation();
    const clone = await cloneIn(folder);
    await chmod(folder, 0o700);
    await connectsAndStops({ folder, environment, remove }, { cwd: clone });
    expect(await readdir(join(clone, 'data'))).toContain('postgres');
    await remove();
  });

  if (isRoot) {
    it('that belongs to root serves an ordinary user', async () => {
      const place = await installation();
      const home = join(place.folder, 'home');
      await mkdir(home);
      await chown(home, nobody, nobody);
      await chmod(place.folder, 0o755);
      const environment = { ...place.environment, HOME: home, DATA_DIR: join(home, 'data') };
      await connectsAndStops({ ...place, environment }, { cwd: await cloneIn(place.folder), uid: nobody });
      await place.remove();
    });
  }
});
