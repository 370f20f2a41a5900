import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '../..');
const scripts = z.object({ scripts: z.object({ start: z.string() }) });

export const mainProgram = resolve(checkout, 'src/main.ts');

/** How the service is started. */
export type Serving = Readonly<{ args: readonly string[]; environment: Readonly<Record<string, string>> }>;

/** It is started elsewhere. */
const fromCheckout = (value: string): string => (value.includes('/') ? resolve(checkout, value) : value);

/** As `npm start` does it, with its flags and variables: what is measured is what is run. */
export const serving = async (): Promise<Serving> => {
  const { start } = scripts.parse(JSON.parse(await readFile(resolve(checkout, 'package.json'), 'utf8'))).scripts;
  const [variables = '', command = ''] = start.split('exec node ');
  return {
    args: [...(command.match(/--\S+/g) ?? []), mainProgram, 'serve'],
    environment: Object.fromEntries([...variables.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, fromCheckout(value)])),
  };
};
