import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What the last launch chose, so that the next one can recognise its server and keep its port. */
const launchRecord = z.object({
  port: z.number().int().min(1).max(65_535),
  socketDirectory: z.string(),
  token: z.string(),
  /** Everything the server was started with but the token; another launch may adopt it only if it would start the same. */
  fingerprint: z.string(),
});

export type LaunchRecord = z.infer<typeof launchRecord>;

/** @returns undefined where there is none or none that can be read */
export const readLaunchRecord = async (file: string): Promise<LaunchRecord | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  try {
    return launchRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const writeLaunchRecord = async (file: string, record: LaunchRecord): Promise<void> => {
  await writeFile(`${file}.next`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.next`, file);
};
