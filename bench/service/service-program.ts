import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '../..');
const scripts = z.object({ scripts: z.object({ start: z.string() }) });

export const mainProgram = resolve(checkout, 'src/main.ts');

/** What Node is given to serve as `npm start` does, its flags included: what is measured is what is run. */
export const serving = async (): Promise<readonly string[]> => {
  const { start } = scripts.parse(JSON.parse(await readFile(resolve(checkout, 'package.json'), 'utf8'))).scripts;
  return [...(start.match(/--\S+/g) ?? []), mainProgram, 'serve'];
};
