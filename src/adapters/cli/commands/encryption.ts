import type { Command } from 'commander';
import { ok } from 'neverthrow';
import { z } from 'zod';
import type { CommandRunner } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { rotate, showKeyRing, wouldRotate } from './encryption-keys.ts';

const input = z.object({ dryRun: z.boolean().default(false) });

const help = `
Data keys seal what is stored; the keys of TIKTOK_TOKEN_ENCRYPTION_KEY only wrap them. To change the key:
  1. Put the new key behind the old one (id:key,id:key) and start every replica with that.
  2. Put the new key first and start every replica with that.
  3. Run \`encryption rotate\`, beside the running service.
  4. Once \`encryption status\` says so, drop the old key.
A start without a key that is still in use is refused.

Examples:
  $ npm run cli -- encryption status
  $ npm run cli -- encryption rotate --dry-run`;

const statusHelp = `
Exit code 1 says that a key in use is missing from TIKTOK_TOKEN_ENCRYPTION_KEY.

Example:
  $ npm run cli -- encryption status --json

With --json: {"keys":[{"id","seals","in_ring","data_keys","may_be_dropped"}]}, those of the ring first.`;

const rotateHelp = `
Works in batches beside a running service and may be interrupted at any moment: the next run goes on from there. The
history is not touched. Exit code 1 says that data keys were passed over because they do not unwrap.

Examples:
  $ npm run cli -- encryption rotate --dry-run
  $ npm run cli -- encryption rotate

With --json: {"sealing_key","rewrapped","remaining","damaged":[{"connection_id","life","purpose"}]}; with --dry-run
{"sealing_key","would_rewrap","dry_run":true}.`;

const json = ['--json', 'print one JSON document'] as const;

export const addEncryption = (program: Command, runner: CommandRunner): void => {
  const encryption = program
    .command('encryption')
    .summary('show and rotate the keys that wrap data keys')
    .description('Show and rotate the keys that wrap data keys.')
    .addHelpText('after', help);
  encryption
    .command('status')
    .summary('list keys, what hangs on each, and what may be dropped')
    .description('List keys, what hangs on each, and what may be dropped.')
    .option(...json)
    .addHelpText('after', statusHelp)
    .action((options: object) => runner.run(options, ok(showKeyRing)));
  encryption
    .command('rotate')
    .summary('wrap every data key anew under the first key')
    .description('Wrap every data key anew under the first key of TIKTOK_TOKEN_ENCRYPTION_KEY.')
    .option('--dry-run', 'only say how many there are')
    .option(...json)
    .addHelpText('after', rotateHelp)
    .action((options: object) => runner.run(options, parseInput(input, options).map(({ dryRun }) => (dryRun ? wouldRotate : rotate))));
};
