import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { superuser } from './initialise-cluster.ts';

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
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    return { code, message: error instanceof Error ? error.message : String(error) };
  }
};

/** ECONNREFUSED and ECONNRESET: not listening (yet). 57P03: starting, recovering or shutting down. 53300: too many. */
const passing = new Set(['ECONNREFUSED', 'ECONNRESET', '57P03', '53300', 'unknown']);
const pauseMilliseconds = 10;

/** Knocks until the server gives a definite answer or `over` says that there is no sense in going on. */
export const knockUntilAnswered = async (door: Door, over: () => boolean): Promise<Answer> => {
  for (;;) {
    const answer = await knock(door);
    if ('session' in answer || !passing.has(answer.code) || over()) return answer;
    await delay(pauseMilliseconds);
  }
};

export const missingDatabase = '3D000';
const duplicateDatabase = '42P04';

/** Another process may create it at the same moment. */
export const createDatabase = async (door: Door): Promise<Answer> => {
  const answer = await knock({ ...door, database: 'postgres' });
  if (!('session' in answer)) return answer;
  const { session } = answer;
  try {
    await session.query(`CREATE DATABASE ${session.escapeIdentifier(door.database)} TEMPLATE template0`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== duplicateDatabase) throw error;
  } finally {
    await session.end();
  }
  return knock(door);
};
