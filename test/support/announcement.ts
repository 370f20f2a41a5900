import { z } from 'zod';

const places = { 'Account page': 'accountPage', 'API page': 'apiPage', Database: 'database', Simulator: 'simulator' } as const;
const announced = z.object({ accountPage: z.url(), apiPage: z.url(), database: z.url(), simulator: z.string() });

/** The addresses that a started service prints for people. */
export const addressesIn = (output: string): z.infer<typeof announced> => {
  const found = Object.entries(places).map(([label, name]) => [name, new RegExp(`^ +${label} +(\\S.*)$`, 'm').exec(output)?.[1]]);
  return announced.parse(Object.fromEntries(found));
};
