import process from 'node:process';
import { startStandIn } from './eventstoredb-stand-in/start.ts';

export type ChosenStore = Readonly<{
  /** Settings of every service process on it. */
  environment: Readonly<Record<string, string>>;
  stop: () => Promise<void>;
}>;

/**
 * An empty store for one installation, of the kind that EVENT_STORE names: the installation's own PostgreSQL unless told
 * otherwise, or `stand-in` for EventStoreDB's. One switch runs every end-to-end and fault test on either.
 */
export const openChosenStore = async (kind = process.env['EVENT_STORE']): Promise<ChosenStore> => {
  if (kind === undefined || kind === '' || kind === 'postgres') return { environment: {}, stop: () => Promise.resolve() };
  if (kind !== 'stand-in') throw new Error(`EVENT_STORE must be postgres or stand-in, not ${kind}`);
  const standIn = await startStandIn();
  return { environment: { EVENT_STORE_URL: standIn.url }, stop: standIn.stop };
};
