import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import { collect, within } from './connection.ts';
import { isRefused, outcomeOf, storeUnavailable } from './failures.ts';
import type { StoreParts } from './read-stream.ts';

/** No stream is so long: what expects it is refused by the server, behind the question whether we may append at all. */
const beyondEveryStream = 9_007_199_254_740_991n;

const may = async (attempt: () => Promise<unknown>): Promise<boolean> => {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    if (outcomeOf(error).kind === 'conflict') return true;
    throw error;
  }
};

/** What our user may not do, each as it ends "may not …". Writes nothing. */
export const missingRights = async ({ connection, namespace, limits }: StoreParts): Promise<Result<readonly string[], Unavailable>> => {
  const readAll = (): Promise<unknown> =>
    connection.call((client, options) => collect(client.readAll({ ...options, maxCount: 1 }), limits.readMillis));
  const append = (): Promise<unknown> =>
    within(
      limits.appendMillis,
      connection.call((client, options) => {
        const event = { id: randomUUID(), type: 'NeverWritten', contentType: 'application/json' as const, data: {}, metadata: {} };
        return client.appendToStream(`${namespace}tiktok_rights`, event, { ...options, expectedRevision: beyondEveryStream, deadline: limits.appendMillis });
      }),
    );
  try {
    const missing: string[] = [];
    if (!(await may(readAll))) missing.push('read the whole log ($all)');
    if (!(await may(append))) missing.push('append to streams');
    return ok(missing);
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
