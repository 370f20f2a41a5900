import type { Command } from 'commander';
import { ok } from 'neverthrow';
import type { CheckReport, CheckStatus } from '../../../application/diagnosing/check.ts';
import { diagnose, type Diagnosis } from '../../../application/diagnosing/diagnose.ts';
import type { CliDeps, Examination, ShownDatabase } from '../cli-deps.ts';
import type { CommandRunner, Outcome } from '../command-runner.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

const marks: Readonly<Record<CheckStatus, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

const lineOf = ({ name, status, detail, remedy }: CheckReport): readonly string[] => [
  printable(`${marks[status]}  ${name}: ${detail}`),
  ...(remedy === null || status === 'ok' ? [] : [printable(`      ${remedy}`)]),
];

const exitCodeOf = ({ status, databaseAnswers }: Diagnosis) => {
  if (!databaseAnswers) return exitCodes.unavailable;
  return status === 'fail' ? exitCodes.foundDifference : exitCodes.done;
};

const addressOf = (database: ShownDatabase | null): readonly string[] =>
  database === null || database.address === null ? [] : [`The embedded database is at ${database.address}`];

const outcomeOf = (diagnosis: Diagnosis, database: ShownDatabase | null): Outcome =>
  ok({
    exitCode: exitCodeOf(diagnosis),
    document: { status: diagnosis.status, checks: diagnosis.checks, database },
    lines: [
      ...addressOf(database),
      ...diagnosis.checks.flatMap(lineOf),
    ],
    remarks: [],
  });

const examine = async ({ settings, database, databaseProblem, clock, reach, close }: Examination): Promise<Outcome> => {
  try {
    const diagnosis = await diagnose(settings, database?.examined ?? null, databaseProblem, { clock, reach });
    return outcomeOf(diagnosis, database?.shown ?? null);
  } finally {
    await close();
  }
};

const help = `
Checks, each ok, warn or fail with what to do about it: settings, redirect_uri (TikTok's rules), cookies (whether the
one of a connect comes back with its state), database (answers, PostgreSQL 15 to 18), migrations, pooler (transaction
mode breaks what the service needs), clock (against the database's), rights (of the database role), cluster (the one the
history was written in), transactions (old ones hold events back), event_store and event_store_rights (with
EventStoreDB), keys (the key ring opens what is stored), projections (how far behind), parked_streams, connects (what
those of the last day were refused for: redirect URI, client key or secret, state, scope), tokens (expired ones, and who
must consent again), tiktok (answers, or the simulator in its place), credentials (TikTok knows the client key and its
secret), identity_provider (its key set is read and usable). What cannot be judged because something before it is broken
is left out. Nothing is changed; TikTok is asked for a token of the application itself, which is thrown away.

Exit codes: 0 nothing failed, 1 a check failed, 3 the database does not answer.

Examples:
  $ npm run cli -- doctor
  $ npm run cli -- doctor --json

With --json: {"status","checks":[{"name","status","detail","remedy"}],"database":{"embedded","address"}}; "address" is
that of the embedded PostgreSQL, with its password, and null for a database of your own.`;

export const addDoctor = (program: Command, deps: CliDeps, runner: CommandRunner): void => {
  program
    .command('doctor')
    .summary('find out what is wrong, and what to do about it')
    .description('Find out what is wrong, and what to do about it.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action(async (options: object) => runner.show(options, await examine(await deps.examine())));
};
