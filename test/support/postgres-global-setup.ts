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

/** The server that all suites of this run share, with how many of them use it. */
type SharedServer = { server: Promise<TestServer>; users: number };

declare global {
  /** Each suite evaluates this module anew, so that what they share can only lie here. */
  var sharedTestServer: SharedServer | undefined;
}

export default async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    return undefined;
  }
  const shared = (globalThis.sharedTestServer ??= { server: startServer(), users: 0 });
  shared.users += 1;
  project.provide('postgresUrl', (await shared.server).url);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    globalThis.sharedTestServer = undefined;
    await (await shared.server).stop();
  };
};
