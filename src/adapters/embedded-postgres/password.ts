import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writePrivateFile } from './private-file.ts';
import { hasCode } from './system-error.ts';

/** @returns undefined where there is no such file, or nothing in it */
export const readPassword = async (file: string): Promise<string | undefined> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  const password = text?.trim();
  return password === '' ? undefined : password;
};

/** Makes a new password and keeps it where only this user can read it. */
export const makePassword = async (file: string): Promise<string> => {
  const password = randomBytes(24).toString('base64url');
  await writePrivateFile(file, `${password}\n`);
  return password;
};
