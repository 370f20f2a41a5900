import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writePrivateFile } from './private-file.ts';

const launchRecord = z.object({
  port: z.number().int().min(1).max(65_535),
  socketDirectory: z.string(),
  token: z.string().min(1),
  /** What the server was started with; a later process goes on with it only if it would start the same. */
  startedWith: z.string(),
});

/** What the last launch chose: the next one keeps its port and recognises its server by the token. */
export type LaunchRecord = z.infer<typeof launchRecord>;

/** @returns undefined where there is none, or none that can be understood */
export const readLaunchRecord = async (file: string): Promise<LaunchRecord | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  try {
    return launchRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const writeLaunchRecord = (file: string, record: LaunchRecord): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify(record, null, 2)}\n`);
