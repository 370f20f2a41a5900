import { randomUUID } from 'node:crypto';
import process from 'node:process';
import type { Environment } from './service-process.ts';
import { startStandIn } from './eventstoredb-stand-in/start.ts';

export type ChosenStore = Readonly<{
  /** Settings of every service process on it. */
  environment: Environment;
  stop: () => Promise<void>;
}>;

const nothing = (): Promise<void> => Promise.resolve();

/** The address of a part of the server that nobody else has. */
export const ownPartOf = (url: string): string => `${url}${url.includes('?') ? '&' : '?'}streamPrefix=test${randomUUID().replaceAll('-', '')}`;

/** An empty EventStoreDB: a part of the server that EVENT_STORE_TEST_URL names, else a stand-in. */
export const openEventStoreDb = async (): Promise<ChosenStore> => {
  const server = process.env['EVENT_STORE_TEST_URL'] ?? '';
  if (server !== '') return { environment: { EVENT_STORE_URL: ownPartOf(server) }, stop: nothing };
  const standIn = await startStandIn();
  return { environment: { EVENT_STORE_URL: standIn.url }, stop: standIn.stop };
};

const inPostgres = (kind: string | undefined): boolean => kind === undefined || kind === '' || kind === 'postgres';

/** Whether EVENT_STORE names the installation's own PostgreSQL, which it does unless told otherwise. */
export const historyIsInPostgres = (): boolean => inPostgres(process.env['EVENT_STORE']);

/**
 * An empty store for one installation, of the kind that EVENT_STORE names: the installation's own PostgreSQL unless told
 * otherwise, or `eventstoredb`. One switch runs every end-to-end and fault test on either.
 */
export const openChosenStore = async (kind = process.env['EVENT_STORE']): Promise<ChosenStore> => {
  if (inPostgres(kind)) return { environment: {}, stop: nothing };
  if (kind !== 'eventstoredb') throw new Error(`EVENT_STORE must be postgres or eventstoredb, not ${kind}`);
  return openEventStoreDb();
};
