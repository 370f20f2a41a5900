import { open } from 'node:fs/promises';
import process from 'node:process';
import { readHeaders, type HeaderFacts } from './read-headers.ts';

/** What the program writes to its output, as one line of JSON. */
export type Probed = HeaderFacts | null;

const probe = async (path: string): Promise<Probed> => {
  const file = await open(path, 'r');
  try {
    return await readHeaders(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
};

/** The whole of a process that may run out of memory or time without harm. Its one argument is the file. */
export const runProbe = async (): Promise<void> => {
  const path = process.argv.at(-1);
  const probed = path === undefined ? null : await probe(path).catch(() => null);
  process.stdout.write(`${JSON.stringify(probed)}\n`, () => process.exit(0));
};
