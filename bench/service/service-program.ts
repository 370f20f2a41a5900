import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { startProgram, type ProgramToRun, type RunningProgram } from './running-program.ts';

const checkout = resolve(import.meta.dirname, '../..');
const scripts = z.object({ scripts: z.object({ start: z.string() }) });

export const mainProgram = resolve(checkout, 'src/main.ts');

type Serving = Pick<ProgramToRun, 'args' | 'environment'>;

/** It is started elsewhere. */
const fromCheckout = (value: string): string => (value.includes('/') ? resolve(checkout, value) : value);

const serving = async (): Promise<Serving> => {
  const { start } = scripts.parse(JSON.parse(await readFile(resolve(checkout, 'package.json'), 'utf8'))).scripts;
  const [variables = '', command = ''] = start.split('exec node ');
  return {
    args: [...(command.match(/--\S+/g) ?? []), mainProgram, 'serve'],
    environment: Object.fromEntries([...variables.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, fromCheckout(value)])),
  };
};

/** As `npm start` does it, with its flags and variables: what is measured is what is run. */
export const startServing = async ({ environment, ...how }: Omit<ProgramToRun, 'args'>): Promise<RunningProgram> => {
  const { args, environment: variables } = await serving();
  return startProgram({ ...how, args, environment: { ...variables, ...environment } });
};
