import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/launcher.ts';

export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  readonly embedded: boolean;
}

/** The server named by BENCH_DATABASE_URL, else an embedded one with its settings as the service has them, fsync on. */
export const openBenchServer = async (): Promise<BenchServer> => {
  const given = process.env['BENCH_DATABASE_URL'] ?? '';
  if (given !== '') return { url: given, embedded: false, [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'tiktok-connections-bench-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const started = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  if (started.isErr()) {
    await remove();
    throw new Error(started.error.sentence);
  }
  const { url, stop } = started.value;
  return {
    url,
    embedded: true,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await remove();
    },
  };
};
