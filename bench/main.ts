import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { appendBenchmark } from './append/append-benchmark.ts';
import { auditingBenchmark } from './auditing/auditing-benchmark.ts';
import { eventStoreDbBenchmark } from './eventstoredb/eventstoredb-benchmark.ts';
import { feedBenchmark } from './feed/feed-benchmark.ts';
import type { Bench, Benchmark } from './harness/finding.ts';
import { isMet } from './harness/finding.ts';
import { openBenchServer } from './harness/bench-server.ts';
import { installComparedLibraries } from './harness/compared-libraries.ts';
import { describeMachine } from './harness/machine.ts';
import { keepResult, type BenchmarkResult } from './harness/results.ts';
import { tableOf } from './harness/table.ts';
import { historyDatabases } from './histories/history-databases.ts';
import { overloadBenchmark } from './overload/overload-benchmark.ts';
import { pagesBenchmark } from './pages/pages-benchmark.ts';
import { sagaBenchmark } from './publishing/saga-benchmark.ts';
import { uploadsBenchmark } from './publishing/uploads-benchmark.ts';
import { readBenchmark } from './read/read-benchmark.ts';
import { rebuildBenchmark } from './rebuild/rebuild-benchmark.ts';
import { snapshotsBenchmark } from './snapshots/snapshots-benchmark.ts';
import { startBenchmark } from './start/start-benchmark.ts';
import { accessTokenBenchmark } from './tokens/access-token-benchmark.ts';
import { refreshingBenchmark } from './tokens/refreshing-benchmark.ts';
import { webhooksBenchmark } from './webhooks/webhooks-benchmark.ts';

const benchmarks: readonly Benchmark[] = [readBenchmark, appendBenchmark, feedBenchmark, rebuildBenchmark, startBenchmark, pagesBenchmark, accessTokenBenchmark, refreshingBenchmark, snapshotsBenchmark, webhooksBenchmark, overloadBenchmark, eventStoreDbBenchmark, auditingBenchmark, sagaBenchmark, uploadsBenchmark];

const usage = `npm run bench -- [--only name,name] [--quick] [--results folder]
  --only     ${benchmarks.map(({ name }) => name).join(', ')}
  --quick    short rounds and small data: shows that it works, not how fast it is
  --results  where the JSON goes; bench/results by default
EVENT_STORE_TEST_URL names an EventStoreDB server, which keeps what is written there; without it eventstoredb is not measured.
BENCH_DATABASE_URL names a PostgreSQL server to use (a superuser's address); without it one is started.
Exit code: 0 when every target is met, 1 when one is missed or not measured, 2 on wrong use.`;

const options = {
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  results: { type: 'string', default: join(import.meta.dirname, 'results') },
  help: { type: 'boolean', default: false },
} as const;

const say = (line: string): void => console.error(line);

const chosen = (only: string | undefined): readonly Benchmark[] | null => {
  if (only === undefined) return benchmarks;
  const names = only.split(',').map((name) => name.trim());
  const known = new Set(benchmarks.map(({ name }) => name));
  return names.every((name) => known.has(name)) ? benchmarks.filter(({ name }) => names.includes(name)) : null;
};

type Outcome = Readonly<{ results: readonly BenchmarkResult[]; failed: readonly string[] }>;

const runAll = async (wanted: readonly Benchmark[], quick: boolean, folder: string): Promise<Outcome> => {
  await using server = await openBenchServer();
  const machine = await describeMachine(server.url, server.embedded);
  await using histories = historyDatabases(server.url, say);
  const bench: Bench = { quick, serverUrl: server.url, histories, say };
  const results: BenchmarkResult[] = [];
  const failed: string[] = [];
  for (const { name, title, run } of wanted) {
    say(`${name}: ${title}`);
    const at = new Date().toISOString();
    try {
      const findings = await run(bench);
      if (findings.length === 0) continue;
      const result = { benchmark: name, title, at, quick, machine, findings };
      results.push(result);
      say(`  kept in ${await keepResult(folder, result)}`);
    } catch (error) {
      console.error(error);
      failed.push(name);
    }
  }
  return { results, failed };
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options });
  const wanted = chosen(values.only);
  if (values.help || wanted === null) {
    say(usage);
    return values.help ? 0 : 2;
  }
  await installComparedLibraries(say);
  const { results, failed } = await runAll(wanted, values.quick, values.results);
  console.log(tableOf(results));
  if (failed.length > 0) say(`did not run to the end: ${failed.join(', ')}`);
  return failed.length === 0 && results.every(({ findings }) => findings.every(isMet)) ? 0 : 1;
};

process.exitCode = await main();
