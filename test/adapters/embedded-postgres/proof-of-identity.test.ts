import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/adapters/embedded-postgres/launcher.ts';
import { isServerOf } from '../../../src/adapters/embedded-postgres/proof-of-identity.ts';
import { testFolder } from './folders.ts';
import { sharedCluster } from './shared-cluster.ts';
import { tokenOf } from './watchdogs.ts';

const cluster = sharedCluster();

const serve = async (dataDir: string): Promise<{ dataDir: string; token: string; session: pg.Client }> => {
  const server = (await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } }))._unsafeUnwrap();
  onTestFinished(() => server.stop());
  const session = new pg.Client({ connectionString: server.url });
  await session.connect();
  onTestFinished(() => session.end());
  return { dataDir, token: await tokenOf(server.url), session };
};

describe('a server proves to be ours', () => {
  it('by its launch, its process and its cluster, all three', async () => {
    const ours = await serve(cluster());
    const other = await serve(join(await testFolder(), 'postgres'));
    expect(await isServerOf(ours.session, ours.dataDir, ours.token)).toBe(true);
    expect(await isServerOf(ours.session, ours.dataDir, other.token)).toBe(false);
    expect(await isServerOf(ours.session, other.dataDir, ours.token)).toBe(false);
    expect(await isServerOf(other.session, ours.dataDir, ours.token)).toBe(false);
  });
});
