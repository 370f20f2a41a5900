import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** @returns undefined where there is no such file */
export const readPassword = async (file: string): Promise<string | undefined> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text?.trim();
};

/** Makes a new password and keeps it where only this user can read it. */
export const makePassword = async (file: string): Promise<string> => {
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${file}.next`, `${password}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.next`, file);
  return password;
};
