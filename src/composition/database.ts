import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { secret, type Secret } from '../domain/values/secret.ts';
import type { Settings } from './settings/read-settings.ts';

export type Database = Readonly<{
  url: Secret<string>;
  /** Whether it is ours to show: the address of an external one holds somebody's password. */
  embedded: boolean;
  /** Ends what was started for it; an external or already running server goes on. */
  stop: () => Promise<void>;
}>;

const nothingToStop = (): Promise<void> => Promise.resolve();

const clusterDirectory = (settings: Settings): string => join(settings.dataDir, 'postgres');

/** Whether there is one to look at: an embedded one is made by the first start. */
export const hasDatabase = (settings: Settings): boolean => settings.databaseUrl !== null || existsSync(clusterDirectory(settings));

/**
 * The configured database, or the embedded PostgreSQL, started if need be.
 * @param besides a running service: a command then uses the server that the service keeps
 * @returns on error a sentence that says what to do
 */
export const openDatabase = async (settings: Settings, besides: boolean): Promise<Result<Database, string>> => {
  if (settings.databaseUrl !== null) return ok({ url: settings.databaseUrl, embedded: false, stop: nothingToStop });
  const dataDir = clusterDirectory(settings);
  const { startEmbeddedPostgres } = await import('../adapters/embedded-postgres/launcher.ts');
  const started = await startEmbeddedPostgres({ dataDir });
  if (started.isOk()) return ok({ url: secret(started.value.url), embedded: true, stop: started.value.stop });
  if (besides && started.error.kind === 'DataDirectoryBusy') {
    const { findRunningPostgres } = await import('../adapters/embedded-postgres/find-running.ts');
    const running = await findRunningPostgres(dataDir);
    if (running !== null) return ok({ url: secret(running), embedded: true, stop: nothingToStop });
  }
  return err(started.error.sentence);
};
