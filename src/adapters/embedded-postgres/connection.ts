import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { codeOf, hasCode } from './system-error.ts';

/** The role that the service connects as; it alone exists in a new cluster. */
export const superuser = 'postgres';

export type Door = Readonly<{ port: number; password: string; database: string }>;

/** How a server answered: with a session, or with the SQLSTATE or system error code of its refusal. */
export type Answer = Readonly<{ session: pg.Client } | { code: string; message: string }>;

const host = '127.0.0.1';
const connectTimeoutMilliseconds = 5_000;

export const urlOf = ({ port, password, database }: Door): string =>
  `postgres://${superuser}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;

export const knock = async ({ port, password, database }: Door): Promise<Answer> => {
  const session = new pg.Client({
    ...{ host, port, password, database, user: superuser, ssl: false },
    ...{ connectionTimeoutMillis: connectTimeoutMilliseconds, application_name: 'tiktok-connections start' },
  });
  session.on('error', () => undefined);
  try {
    await session.connect();
    return { session };
  } catch (error) {
    return { code: codeOf(error) ?? 'unknown', message: error instanceof Error ? error.message : String(error) };
  }
};

/** 57P03: starting, recovering or shutting down. 53300: too many connections. unknown: it hung up or did not answer in time. */
const passing = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P03', '53300', 'unknown']);
const pauseMilliseconds = 10;

/** Knocks until the server gives a definite answer, or `over` says that there is no sense in going on. */
export const knockUntilAnswered = async (door: Door, over: () => boolean | Promise<boolean>): Promise<Answer> => {
  for (;;) {
    const answer = await knock(door);
    if ('session' in answer || !passing.has(answer.code) || (await over())) return answer;
    await delay(pauseMilliseconds);
  }
};

const missingDatabase = '3D000';
const duplicateDatabase = '42P04';

/** Like `knockUntilAnswered`, and makes the database if the server has none of that name. */
export const enter = async (door: Door, over: () => boolean | Promise<boolean>): Promise<Answer> => {
  const answer = await knockUntilAnswered(door, over);
  if ('session' in answer || answer.code !== missingDatabase) return answer;
  const maintenance = await knock({ ...door, database: 'postgres' });
  if (!('session' in maintenance)) return maintenance;
  await createDatabase(maintenance.session, door.database);
  return knock(door);
};

/** Another process may create it at the same moment. */
const createDatabase = async (session: pg.Client, name: string): Promise<void> => {
  try {
    await session.query(`CREATE DATABASE ${session.escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    if (!hasCode(error, duplicateDatabase)) throw error;
  } finally {
    await session.end();
  }
};
