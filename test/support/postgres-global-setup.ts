import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/launcher.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's connection string; `createTestDatabase` makes databases with it. */
    postgresUrl: string;
  }
}

type TestServer = Readonly<{ url: string; stop: () => Promise<void> }>;

const startServer = async (): Promise<TestServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiktok-connections-test-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const started = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  if (started.isErr()) {
    await remove();
    throw new Error(started.error.sentence);
  }
  return {
    url: started.value.url,
    stop: async () => {
      await started.value.stop();
      await remove();
    },
  };
};

/** Every suite of a run sets up through this module's one instance; the last one to finish stops the server. */
let server: Promise<TestServer> | undefined;
let users = 0;

export default async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    return undefined;
  }
  users += 1;
  server ??= startServer();
  const running = server;
  project.provide('postgresUrl', (await running).url);
  return async () => {
    users -= 1;
    if (users === 0) await (await running).stop();
  };
};
