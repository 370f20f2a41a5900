import type { Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import { failure, fine, noAnswer, type Finding } from './check.ts';

/** @param missing each as it ends "may not …" */
export const databaseRightsFinding = (missing: Result<readonly string[], Unavailable>): Finding => {
  if (missing.isErr()) return noAnswer(missing.error);
  if (missing.value.length === 0) return fine('The database role may do what the service does.');
  return failure(
    `The database role may not ${missing.value.slice(0, 5).join(', ')}${missing.value.length > 5 ? `, and ${missing.value.length - 5} more` : ''}.`,
    'Run the service as the role that owns the schema tiktok_connections, or grant the rights that are named to the role in DATABASE_URL.',
  );
};

/** Of a history that stands outside of PostgreSQL. @param missing as above */
export const storeRightsFinding = (missing: Result<readonly string[], Unavailable>): Finding => {
  if (missing.isErr()) return failure(`The event store cannot be used: ${missing.error.reason}.`, 'Check EVENT_STORE_URL, its user and tlsCAFile, and that a node of the cluster leads.');
  if (missing.value.length === 0) return fine('The user of EVENT_STORE_URL may read the whole log and append to it.');
  return failure(`The user of EVENT_STORE_URL may not ${missing.value.join(', and may not ')}.`, 'Only administrators may read $all: put the user into the group $admins, or name another one in EVENT_STORE_URL.');
};
