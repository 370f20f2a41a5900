import { join } from 'node:path';
import { z } from 'zod';
import { figure, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';

const program = join(import.meta.dirname, 'catch-up-program.ts');
const printed = z.object({ events: z.number(), mostInBatch: z.number(), rss: z.number(), heap: z.number() });

/** A store that holds so many events. */
export type Behind = Readonly<{ events: number; url: string }>;

const catchUp = async ({ events, url }: Behind): Promise<z.output<typeof printed>> => {
  const told = printed.parse(JSON.parse(await runProgram(program, [url])));
  if (told.events !== events) throw new Error(`${told.events} of ${events} events were read`);
  return told;
};

/** What a process that catches up holds at most, many events behind to a tenth of them behind. */
export const memoryFindings = async (store: string, few: Behind, many: Behind): Promise<readonly Finding[]> => {
  const [little, much] = [await catchUp(few), await catchUp(many)];
  const evidence = { [`${few.events} behind`]: little, [`${many.events} behind`]: much };
  const name = `${store}: peak while catching up, ${many.events} to ${few.events} events behind`;
  return [
    figure(`${name}: resident memory`, 'ratio', much.rss / little.rss, { atMost: 1.25 }, evidence),
    figure(`${name}: heap`, 'ratio', much.heap / little.heap, null, evidence),
  ];
};
