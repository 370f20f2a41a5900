import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../harness/own-process.ts';

const program = join(import.meta.dirname, 'load-program.ts');

export type Load = Readonly<{
  url: string;
  /** Asked for one after the other, again from the first when all were. */
  paths: readonly string[];
  authorization: string;
  /** Sent by POST as JSON; GET without one. */
  body?: string;
  connections: number;
  /** The limit in time; and in number, where there is one. */
  millis: number;
  requests?: number;
}>;

const outcome = z.object({ requests: z.number(), perSecond: z.number(), p50: z.number(), p99: z.number(), bytesPerAnswer: z.number() });

/** Times are in milliseconds. */
export type LoadOutcome = z.output<typeof outcome>;

/** Puts load on a server of this machine from another process. Fails with any answer but 200. */
export const putLoadOn = async ({ requests = undefined, body = undefined, ...load }: Load): Promise<LoadOutcome> =>
  outcome.parse(JSON.parse(await runProgram(program, [JSON.stringify({ ...load, requests: requests ?? null, body: body ?? null })])));
