import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import { collect, within, type StoreConnection } from './connection.ts';
import { isStreamNotFound, outcomeOf, storeUnavailable } from './failures.ts';
import { storeName } from './places.ts';

export type Limits = Readonly<{ appendMillis: number; readMillis: number }>;

/** Stream of the one event whose id is the store's name. It goes with every copy and backup of the store. */
export const identityStream = (namespace: string): string => `${namespace}tiktok_store`;

type Asking = Readonly<{ connection: StoreConnection; namespace: string; limits: Limits }>;

const readIdentity = async ({ connection, namespace, limits }: Asking): Promise<string | null> => {
  try {
    const events = await connection.call((client, options) =>
      collect(client.readStream(identityStream(namespace), { ...options, maxCount: 1 }), limits.readMillis),
    );
    return events[0]?.event?.id ?? null;
  } catch (error) {
    if (isStreamNotFound(error)) return null;
    throw error;
  }
};

const writeIdentity = async ({ connection, namespace, limits }: Asking): Promise<void> => {
  const event = { id: randomUUID(), type: 'StoreNamed', contentType: 'application/json' as const, data: {}, metadata: {} };
  const append = connection.call((client, options) =>
    client.appendToStream(identityStream(namespace), event, { ...options, expectedRevision: 'no_stream', deadline: limits.appendMillis }),
  );
  try {
    await within(limits.appendMillis, append);
  } catch (error) {
    // Whoever came first has named it; the next read says whether this one did.
    if (!['conflict', 'unknown'].includes(outcomeOf(error).kind)) throw error;
  }
};

/** The store's name in checkpoints; the first who asks gives it one. */
export const readStoreName = async (asking: Asking): Promise<Result<string, Unavailable>> => {
  try {
    let identity = await readIdentity(asking);
    if (identity === null) {
      await writeIdentity(asking);
      identity = await readIdentity(asking);
    }
    return identity === null ? err(storeUnavailable(null)) : ok(storeName(identity));
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
