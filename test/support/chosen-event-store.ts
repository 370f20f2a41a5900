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

export type ChosenKind = 'postgres' | 'stand-in' | 'server';

/**
 * Where the history of every installation stands that a test makes: EVENT_STORE is unset for PostgreSQL, or
 * `eventstoredb`, which is the server that EVENT_STORE_TEST_URL names, and without that its stand-in.
 */
export const chosenKind = ({ EVENT_STORE: kind, EVENT_STORE_TEST_URL: url }: NodeJS.ProcessEnv = process.env): ChosenKind => {
  if (kind === undefined || kind === '' || kind === 'postgres') return 'postgres';
  if (kind !== 'eventstoredb') throw new Error(`EVENT_STORE must be postgres or eventstoredb, not ${kind}`);
  return url === undefined || url === '' ? 'stand-in' : 'server';
};

/** An empty store for one installation. */
export const openChosenStore = async (): Promise<ChosenStore> => {
  switch (chosenKind()) {
    case 'postgres':
      return { environment: {}, stop: nothing };
    case 'server':
      return { environment: { EVENT_STORE_URL: ownPartOf(process.env['EVENT_STORE_TEST_URL'] ?? '') }, stop: nothing };
    case 'stand-in': {
      const standIn = await startStandIn();
      return { environment: { EVENT_STORE_URL: standIn.url }, stop: standIn.stop };
    }
  }
};
