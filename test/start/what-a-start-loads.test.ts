import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkout, killLeftovers, startService, temporaryDirectory } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const recorded = z.object({ modules: z.array(z.string()), partsOfNode: z.array(z.string()) });
const packageFile = z.object({ dependencies: z.record(z.string(), z.string()) });

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let loaded: z.infer<typeof recorded>;

/** As a container starts it: a production process on an external database. */
const loadedBeforeItListens = async (): Promise<z.infer<typeof recorded>> => {
  const file = join(folder.path, 'loaded.json');
  const recorder = join(checkout, 'test/support/record-loaded-modules.ts');
  const command = [process.execPath, '--import', recorder, join(checkout, 'src/main.ts'), 'serve'];
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    LOADED_MODULES: file,
    PUBLIC_URL: 'https://connect.example',
    TIKTOK_CLIENT_KEY: 'aw-made-up',
    TIKTOK_CLIENT_SECRET: 'a-secret-of-nobody',
    TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
  };
  const service = await startService(environment, { command, cwd: folder.path });
  await service.stop();
  return recorded.parse(JSON.parse(await readFile(file, 'utf8')));
};

beforeAll(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), temporaryDirectory()]);
  loaded = await loadedBeforeItListens();
});

afterAll(async () => {
  await killLeftovers();
  await Promise.all([database.drop(), folder.remove()]);
});

/** Every start pays for what it loads before it is ready. What it does not need then is imported where it is first used. */
describe('before it listens, a start loads', () => {
  test('few modules of our own', () => {
    const source = pathToFileURL(join(checkout, 'src/')).href;
    const own = loaded.modules.filter((url) => url.startsWith(source));
    expect(own.length).toBeGreaterThan(20);
    expect(own.length).toBeLessThanOrEqual(105);
  });

  test('no package but these', async () => {
    const { dependencies } = packageFile.parse(JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')));
    const packages = Object.keys(dependencies).filter((name) => loaded.modules.some((url) => url.includes(`/node_modules/${name}/`)));
    expect(packages).toEqual(['fastify', 'fastify-type-provider-zod', 'neverthrow', 'pg', 'pino', 'reflect-metadata', 'tsyringe', 'zod']);
  });

  test("one language of zod's", () => {
    const languages = loaded.modules.flatMap((url) => /\/zod\/.*\/locales\/(.+)\.js$/.exec(url)?.[1] ?? []);
    expect(languages).toEqual(['en']);
  });

  test("not Node's own HTTP client, which an import of values from node:http brings along", () => {
    expect(loaded.partsOfNode).toContain('NativeModule http');
    expect(loaded.partsOfNode.filter((name) => name.includes('undici'))).toEqual([]);
  });
});
