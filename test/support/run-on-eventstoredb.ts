import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

/** Those that are run with the history in PostgreSQL only, and why. Paths below `test/`. */
export const leftOut: Readonly<Record<string, string>> = {
  'e2e/canary-search.test.ts': 'searches made-up texts: there is no installation in it',
  'e2e/key-ring.test.ts': 'data keys and their key ring, which stand in PostgreSQL in either case: nothing in it appends an event',
  'faults/projecting-killed.test.ts': 'kills at statements of PostgreSQL; test/eventstoredb breaks the calls of EventStoreDB off at the same places',
  'faults/rotation-killed.test.ts': 'wrapped data keys alone, which stand in PostgreSQL in either case: nothing in it appends an event',
  'long/feed-under-writers.test.ts': "the order of PostgreSQL's own commits; EventStoreDB has an order of its own, which its contract suite tests",
};

/** The part that every CI run takes, in two minutes or less. */
export const namedPart: readonly string[] = [
  'e2e/access-tokens.test.ts',
  'e2e/error-precedence.test.ts',
  'e2e/stop.test.ts',
  'faults/erasure.test.ts',
  'faults/disconnect-killed.test.ts',
];

const tests = resolve(import.meta.dirname, '..');

/** Every end-to-end and fault test, paths below `test/`. */
export const everyFile = (): readonly string[] =>
  ['e2e', 'faults', 'long'].flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`),
  );

const usage = `npm run test:eventstoredb              every end-to-end and fault test with its history in EventStoreDB
npm run test:eventstoredb -- named     a short part of them
EVENT_STORE_TEST_URL names a server (one node, without TLS); without it each installation has a stand-in of its own.`;

const main = async (part: string | undefined): Promise<number> => {
  if (part !== undefined && part !== 'named') {
    console.error(usage);
    return 2;
  }
  const files = part === 'named' ? namedPart : everyFile().filter((file) => leftOut[file] === undefined);
  for (const [file, reason] of Object.entries(leftOut)) console.log(`not run on EventStoreDB: test/${file}: ${reason}`);
  const projects = ['integration', 'e2e', ...(part === 'named' ? [] : ['long'])].flatMap((project) => ['--project', project]);
  const vitest = join(tests, '../node_modules/vitest/vitest.mjs');
  const env = { LONG: 'short', ...process.env, EVENT_STORE: 'eventstoredb' };
  const child = spawn(process.execPath, [vitest, 'run', ...projects, ...files.map((file) => `test/${file}`)], { stdio: 'inherit', env });
  await once(child, 'exit');
  return child.exitCode ?? 1;
};

if (import.meta.main) process.exitCode = await main(process.argv[2]);
