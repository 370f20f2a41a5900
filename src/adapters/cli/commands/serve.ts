import type { Command } from 'commander';
import { z } from 'zod';
import type { CliDeps } from '../cli-deps.ts';

const input = z.object({ json: z.boolean().default(false) });

const help = `
Reads its settings from the environment (see .env.example). With none it starts a PostgreSQL of its own, the TikTok
simulator and the service, and prints their addresses. SIGTERM ends all of it once work under way is done.

Examples:
  $ npm start
  $ PORT=8080 npm run cli -- serve`;

export const addServe = (program: Command, deps: CliDeps, ended: (exitCode: number) => void): void => {
  program
    .command('serve')
    .summary('run the service')
    .description('Run the service until it is told to stop.')
    .option('--json', 'print the addresses as one JSON document')
    .addHelpText('after', help)
    .action(async (options: object) => ended(await deps.serve(input.parse(options))));
};
