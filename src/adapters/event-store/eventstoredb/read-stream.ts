import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { collect, type StoreConnection } from './connection.ts';
import { isStreamNotFound, storeUnavailable } from './failures.ts';
import type { Limits } from './identity.ts';
import type { KnownHeads } from './known-heads.ts';
import { addressOf } from './records.ts';

export type StoreParts = Readonly<{ connection: StoreConnection; namespace: string; limits: Limits; known: KnownHeads }>;

const revisionLimit = 2n ** 63n - 1n;

export const readStream = async (
  { connection, namespace, limits, known }: StoreParts,
  store: string,
  stream: StreamName,
  fromRevision: number,
  limit: number,
): Promise<Result<readonly EventAddress[], Unavailable>> => {
  const from = BigInt(fromRevision) - 1n;
  if (from > revisionLimit) return ok([]);
  try {
    const events = await connection.call((client, options) =>
      collect(client.readStream(`${namespace}${stream}`, { ...options, fromRevision: from, maxCount: limit }), limits.readMillis),
    );
    const addresses = events.flatMap(({ event }) => (event === undefined ? [] : [addressOf(store, namespace, event)]));
    const last = addresses.at(-1);
    if (last !== undefined) known.remember(stream, { revision: last.revision, hash: last.hash });
    return ok(addresses);
  } catch (error) {
    return isStreamNotFound(error) ? ok([]) : err(storeUnavailable(error));
  }
};
