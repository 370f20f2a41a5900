import { tmpdir } from 'node:os';
import { z } from 'zod';
import { runProgram } from '../harness/own-process.ts';
import { benchKeySetting } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';
import type { Probe, RunningProgram } from './running-program.ts';
import { mainProgram, startServing } from './service-program.ts';

/** TikTok's webhooks are signed with it. */
export const benchClientSecret = 'a-secret-of-nobody';

/** As in production: an external database, nothing of the development start-up. */
const settingsOf = (databaseUrl: string): Readonly<Record<string, string>> => ({
  NODE_ENV: 'production',
  DATABASE_URL: databaseUrl,
  PUBLIC_URL: 'https://bench.example',
  TIKTOK_CLIENT_KEY: benchClient,
  TIKTOK_CLIENT_SECRET: benchClientSecret,
  TIKTOK_TOKEN_ENCRYPTION_KEY: benchKeySetting,
  // Counted as ever, and never reached.
  RATE_LIMIT: '999999999/1m',
});

/** The whole service in a process of its own, its log written and thrown away. @param probe asked instead of `/readyz` */
export const startOurService = (databaseUrl: string, environment: Readonly<Record<string, string>> = {}, probe?: Probe): Promise<RunningProgram> =>
  startServing({
    environment: { ...settingsOf(databaseUrl), ...environment },
    workingDirectory: tmpdir(),
    ...(probe === undefined ? {} : { probe }),
  });

/** The service as `npm start` starts it in a clone: embedded PostgreSQL in `dataDir`, simulator, development. */
export const startWithEverythingEmbedded = (dataDir: string, environment: Readonly<Record<string, string>>): Promise<RunningProgram> =>
  startServing({ environment: { DATA_DIR: dataDir, ...environment }, workingDirectory: dataDir });

const created = z.object({ key: z.string() });

/** An API key, made by the command line. @param scopes what it may do, comma separated */
export const makeApiKey = async (databaseUrl: string, scopes = 'connections:read'): Promise<string> => {
  const args = ['keys', 'create', '--name', 'bench', '--scopes', scopes, '--json'];
  const printed = await runProgram(mainProgram, args, { environment: settingsOf(databaseUrl) });
  return created.parse(JSON.parse(printed)).key;
};
