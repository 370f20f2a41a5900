import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byId } from '../../src/adapters/postgres/connections/page-statements.ts';
import { startProgram, type Probe, type RunningProgram } from './running-program.ts';

const program = join(import.meta.dirname, 'bare-program.ts');

/** The select is handed over, so that the bare program loads fastify and pg and nothing else. @param probe asked instead of `/readyz` */
export const startBareService = (databaseUrl: string, environment: Readonly<Record<string, string>> = {}, probe?: Probe): Promise<RunningProgram> =>
  startProgram({
    args: [program],
    environment: { DATABASE_URL: databaseUrl, NODE_ENV: 'production', SELECT: byId.text, ...environment },
    workingDirectory: tmpdir(),
    ...(probe === undefined ? {} : { probe }),
  });
