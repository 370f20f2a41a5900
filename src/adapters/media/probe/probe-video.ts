import { execFile } from 'node:child_process';
import process from 'node:process';
import { z } from 'zod';
import type { VideoFacts } from '../../../domain/publication/posting-rules.ts';
import { withinProcessorSeconds } from './limited-process.ts';
import type { Probed } from './probe-program.ts';

const program = new URL('./probe-program.ts', import.meta.url).href;

/**
 * A process of its own, not a thread: a thread that outgrows its heap in one allocation takes its process along (V8 ends it
 * with "Reached heap limit"). It may read files and do nothing else.
 */
const arguments_ = [
  '--max-old-space-size=96',
  '--max-semi-space-size=4',
  '--permission',
  '--allow-fs-read=*',
  '--no-warnings',
  '--input-type=module',
  '--eval',
  `import { runProbe } from ${JSON.stringify(program)}; await runProbe();`,
];

const processorSeconds = 10;
/** Many times what a good file takes, also where the processors are busy. */
const timeLimitMillis = 60_000;
const outputLimit = 4_096;

const size = z.int().min(1).max(1_000_000);

const probed: z.ZodType<Probed> = z
  .object({
    container: z.string().max(20),
    codec: z.string().max(20),
    durationMillis: z.int().min(0),
    width: size,
    height: size,
    frameRate: z.number().positive().nullable(),
  })
  .nullable();

const answerOf = (output: string): Probed => {
  try {
    return probed.parse(JSON.parse(output));
  } catch {
    return null;
  }
};

const runProgram = (path: string): Promise<Probed> =>
  new Promise((resolve) => {
    const { program: limited, args } = withinProcessorSeconds(processorSeconds, { program: process.execPath, args: [...arguments_, '--', path] });
    execFile(
      limited,
      args,
      { timeout: timeLimitMillis, killSignal: 'SIGKILL', maxBuffer: outputLimit, env: {} },
      (failed, output) => resolve(failed === null ? answerOf(output) : null),
    );
  });

/** Waits for its turn, so that many uploads at once do not mean as many processes. */
const inTurns = (atATime: number) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running >= atATime) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      await promise;
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};

/** What the headers of a file say of its video; null where there is none, or none that can be read within bounds. */
export type ProbeVideo = (path: string, bytes: number) => Promise<VideoFacts | null>;

export const createVideoProbe = (atATime = 2): ProbeVideo => {
  const turn = inTurns(atATime);
  return async (path, bytes) => {
    const facts = await turn(() => runProgram(path));
    return facts === null ? null : { ...facts, bytes };
  };
};
