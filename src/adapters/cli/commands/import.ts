import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { secret } from '../../../domain/values/secret.ts';
import type { LegacyRows } from '../../../application/ports/legacy-connections.ts';
import { importConnections, type ImportCounts, type ImportStopped } from '../../../application/importing/import-connections.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { importedRows, countsInWords } from '../import-text.ts';
import { parseInput } from '../input.ts';
import { operator } from '../operator.ts';
import { away, wrongUse, type Refusal } from '../outcome.ts';
import { printable } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';
import type { Importing } from '../toolbox.ts';

const input = z.object({
  source: z.string().min(1, { error: 'Name a CSV file or the address of a PostgreSQL.' }),
  legacyKeyFile: z.string().min(1, { error: '--legacy-key-file takes the path of a file with the key of the old table.' }),
  table: z.string().min(1, { error: '--table takes the name of a table.' }).optional(),
  dryRun: z.boolean().default(false),
});
type Input = z.infer<typeof input>;

const usualTable = 'user_tiktok_connections';

const sourceOf = (importing: Importing, { source, table }: Input): Result<LegacyRows, Refusal> => {
  if (/^postgres(ql)?:\/\//i.test(source)) return ok(importing.postgres(secret(source), table ?? usualTable));
  if (table !== undefined) return err(wrongUse('--table goes with the address of a PostgreSQL; a CSV file has one table only.'));
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return err(wrongUse('The source is a CSV file or an address that begins with postgres://.'));
  return ok(importing.csv(source));
};

const refusalOf = ({ because, report }: ImportStopped, dryRun: boolean): Refusal => {
  const soFar = report.rows === 0 || dryRun ? [] : [`Up to there: ${countsInWords(report, dryRun)}. Rows that were imported stay; the next run passes them over.`];
  switch (because.kind) {
    case 'interrupted':
      return away('Interrupted before the end.', ...soFar);
    case 'unusable':
      return wrongUse(printable(because.sentence), ...soFar);
    case 'away':
      return away(printable(because.sentence), ...soFar);
    case 'Unavailable': {
      const { sentences } = refusalOfUnavailable(because);
      return away(...sentences, ...soFar);
    }
  }
};

const importRows =
  (given: Input): Work =>
  async (toolbox, progress, signal) => {
    const { dryRun } = given;
    const importing = await toolbox.importing();
    const tokens = importing.openKey(given.legacyKeyFile);
    if (tokens.isErr()) return err(wrongUse(printable(tokens.error)));
    const source = sourceOf(importing, given);
    if (source.isErr()) return err(source.error);
    const onProgress = (counts: ImportCounts): void => progress(`Reading rows: ${countsInWords(counts, dryRun)} …`);
    const options = { dryRun, signal, onProgress, principal: operator };
    const imported = await importConnections({ ...importing.ports, tokens: tokens.value }, source.value, options);
    if (imported.isErr()) return err(refusalOf(imported.error, dryRun));
    return ok(importedRows(imported.value, source.value.numbers, dryRun));
  };

const help = `
Takes over the rows of an existing user_tiktok_connections whose tokens are AES-256-CBC as iv:hex, from a CSV file whose
first line names the columns (any order, further ones are passed over) or from a PostgreSQL table. Needed are user_id,
tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope and created_at; tiktok_union_id and
avatar_url are taken along. created_at stays, ids change, and when the refresh token ends is unknown until the first refresh.

The key file holds 32 bytes as 64 hex digits, as base64, or as exactly 32 characters. A password need not stand in the
address: PGPASSWORD and ~/.pgpass are read too.

It may run beside a running service, be stopped at any moment and run again: an account that has a history here is
passed over, so newer tokens are never overwritten. Rows that cannot be imported are named with their line or place.
Exit code 1 says that there were some. Run it when nothing refreshes the old table's tokens any more.

Examples:
  $ npm run cli -- import connections.csv --legacy-key-file old.key --dry-run
  $ npm run cli -- import postgres://app@db.example/app --table user_tiktok_connections_before --legacy-key-file old.key

With --json: {"rows","imported","skipped","refused":[{"line" or "row","id","column","reason","detail"}],"dry_run"}.`;

export const addImport = (program: Command, runner: CommandRunner): void => {
  program
    .command('import')
    .argument('<source>', 'a CSV file, or postgres://…')
    .summary('take over the connections of an existing table')
    .description('Take over the connections of an existing table.')
    .requiredOption('--legacy-key-file <path>', 'a file with the key that its tokens are encrypted with')
    .option('--table <name>', `the table in that PostgreSQL, if not ${usualTable}`)
    .option('--dry-run', 'read and check everything, write nothing')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((source: string, options: object) => runner.run(options, parseInput(input, { source, ...options }).map(importRows)));
};
