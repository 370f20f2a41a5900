import { join } from 'node:path';
import { z } from 'zod';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { figure, type Bench, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';
import { writeHistories } from '../histories/write-histories.ts';
import { readMeanwhile } from './reads-meanwhile.ts';

const programs = { ours: join(import.meta.dirname, 'rebuild-program.ts'), raw: join(import.meta.dirname, 'raw-loop-program.ts') };
const printed = z.object({ millis: z.number(), megabytes: z.number() });

/** "Flat" allows for a heap that is collected a little later. Fewer events than the small size end before the heap has its size. */
const flat = 1.25;

/**
 * Every projection from a long history, in a process of its own, while its tables are read: how fast against a raw loop, how
 * much memory against a history of a tenth, and whether every read was answered. One round each: a round takes minutes.
 */
export const millionEvents = async ({ serverUrl, say, quick }: Bench): Promise<readonly Finding[]> => {
  const [few, many] = quick ? ([80_000, 160_000] as const) : ([100_000, 1_000_000] as const);
  await using database = await createBenchDatabase(serverUrl);
  const { pool, url } = database;
  const run = async (program: string) => printed.parse(JSON.parse(await runProgram(program, [url])));
  const grow = async (events: number, before: number): Promise<void> => {
    say(`  writing a history up to ${events} events`);
    await writeHistories(pool, events, before);
    await database.prepare('analyze');
  };
  const rate = (millis: number): number => many / (millis / 1_000);
  await grow(few, 0);
  const small = await run(programs.ours);
  await grow(many, few);
  say('  rebuilding all projections');
  const [large, reads] = await readMeanwhile(pool, run(programs.ours));
  say('  the same by a raw loop');
  const raw = await run(programs.raw);
  const evidence = { unit: 'events/s', rebuild: rate(large.millis), raw: rate(raw.millis), reads };
  return [
    figure(`all projections of ${many} events: rebuild to raw loop`, 'ratio', raw.millis / large.millis, { atLeast: 0.5 }, evidence),
    figure('reads meanwhile that were not answered', 'reads', reads.unanswered, { atMost: 0 }, evidence),
    figure('reads meanwhile: the slowest', 'ms', reads.slowestMillis),
    figure(`peak memory with ${few} events`, 'MB', small.megabytes),
    figure(`peak memory with ${many} events`, 'MB', large.megabytes),
    figure('growth of peak memory', 'ratio', large.megabytes / small.megabytes, { atMost: flat }),
  ];
};
