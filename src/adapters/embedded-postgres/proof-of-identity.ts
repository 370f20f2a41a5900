import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { pidFileOf } from './occupant.ts';
import { tokenSetting } from './server-settings.ts';

const proof = z.object({ systemIdentifier: z.string(), token: z.string().nullable(), pidFile: z.string().nullable() });

const question = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
         current_setting($1, true) AS token,
         pg_read_file('postmaster.pid', true) AS "pidFile"`;

/**
 * Whether the server behind a session serves this directory and is the launch with this token. That it let us in already
 * proved, by SCRAM, that it knows our password.
 */
export const isServerOf = async (session: pg.Client, dataDir: string, token: string): Promise<boolean> => {
  const { rows } = await session.query(question, [tokenSetting]);
  const told = proof.parse(rows[0]);
  const pidFile = await readFile(pidFileOf(dataDir), 'utf8').catch(() => '');
  const sameProcess = firstLine(told.pidFile ?? '') === firstLine(pidFile);
  return told.token === token && sameProcess && told.systemIdentifier === (await systemIdentifierOf(dataDir));
};

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** The first eight bytes of the control file, in the byte order of every processor that there are programs for. */
const systemIdentifierOf = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'global', 'pg_control'))).readBigUInt64LE(0).toString();
