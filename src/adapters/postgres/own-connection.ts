import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/**
 * A connection outside the pool, to the same database with the same limits, for what belongs to one session:
 * advisory locks and LISTEN. `lost` is called once, when it ends without `close`.
 */
export interface OwnConnection {
  readonly client: pg.Client;
  /** False from the moment the connection is known to be gone. */
  readonly alive: boolean;
  close(): Promise<void>;
}

// A host that vanishes without a word gives its locks back within about 15 seconds.
const noticeLostPeers = 'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3';

const farewellMillis = 1_000;

export const openOwnConnection = async (pool: pg.Pool, lost: () => void): Promise<OwnConnection> => {
  const client = new pg.Client(pool.options);
  let alive = true;
  let closing = false;
  const ended = (): void => {
    if (!alive) return;
    alive = false;
    if (!closing) lost();
  };
  client.on('error', ended);
  client.on('end', ended);
  const close = async (): Promise<void> => {
    closing = true;
    // A server that is gone without a word never answers the farewell.
    const waiting = new AbortController();
    const patience = pause(farewellMillis, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([client.end().catch(() => undefined), patience]);
    waiting.abort();
    client.connection.stream.destroy();
  };
  try {
    await client.connect();
    await client.query(noticeLostPeers);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    client,
    get alive() {
      return alive;
    },
    close,
  };
};
