import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';

/**
 * What is wrong with the way to the database. `cut` ends every connection, once; `refuse` does, and lets none begin;
 * `black-hole` takes everything and passes nothing on, in both directions.
 */
export type Trouble = 'cut' | 'refuse' | 'black-hole';

/** `hold`: everything is passed on once the way is mended. */
export type Halt = Trouble | 'hold';

/** A named statement at which trouble begins: before the database has seen it, or when its answer is lost. */
export type Strike = Readonly<{
  statement: string;
  /** Which one, counted from 1, after the strike was ordered. */
  nth: number;
  side: 'before' | 'after';
  trouble: Halt;
}>;

export interface TcpProxy {
  /** The database's address by way of this proxy. */
  readonly url: string;
  /** Named statements that were sent, in order. */
  readonly statements: () => readonly string[];
  /** Begins now. */
  readonly begin: (trouble: Halt) => Promise<void>;
  /** Begins at the next such statement; resolves then. */
  readonly strikeAt: (strike: Strike) => Promise<void>;
  /** From now on every packet takes so long, each way. */
  readonly delayBy: (millis: number) => void;
  /** Everything works again. */
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const bound = z.object({ port: z.number() });

/** Names in Bind messages of the protocol's third version: portal, then statement, each ending with a zero byte. */
const statementsIn = (bytes: Buffer): readonly string[] => {
  const names: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const [kind, length] = [String.fromCharCode(bytes[at] ?? 0), bytes.readInt32BE(at + 1)];
    if (length < 4) return names;
    if (kind === 'B') names.push(bytes.toString('latin1', at + 5, at + 1 + length).split('\0')[1] ?? '');
    at += 1 + length;
  }
  return names;
};

type Pair = Readonly<{ client: Socket; server: Socket }>;

/** A way to PostgreSQL that can be troubled. @param target its address */
export const openTcpProxy = async (target: string): Promise<TcpProxy> => {
  const database = new URL(target);
  const pairs = new Set<Pair>();
  const seen: string[] = [];
  let listener: Server | null = null;
  let port = 0;
  let silent = false;
  let held: (() => void)[] | null = null;
  let delay = 0;
  let armed: (Strike & { struck: () => void; failed: (reason: unknown) => void; left: number }) | null = null;

  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  const stopListening = async (): Promise<void> => {
    if (listener === null) return;
    const closed = once(listener, 'close');
    listener.close();
    listener = null;
    cut();
    await closed;
  };
  const begin = async (trouble: Halt): Promise<void> => {
    if (trouble === 'black-hole') silent = true;
    else if (trouble === 'hold') held = [];
    else if (trouble === 'cut') cut();
    else await stopListening();
  };
  const strike = (): void => {
    if (armed === null) return;
    const { trouble, struck, failed } = armed;
    armed = null;
    begin(trouble).then(struck, failed);
  };

  const accept = (client: Socket): void => {
    const server = connect(Number(database.port), database.hostname);
    const pair = { client, server };
    let losesAnswer = false;
    const pass = (to: Socket, bytes: Buffer): void => {
      if (held !== null) held.push(() => to.destroyed || to.write(bytes));
      else if (delay === 0) to.write(bytes);
      else setTimeout(() => to.destroyed || silent || to.write(bytes), delay);
    };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', end).on('close', end);
    client.on('data', (bytes: Buffer) => {
      if (silent) return;
      const names = statementsIn(bytes);
      seen.push(...names);
      if (armed !== null) armed.left -= names.filter((name) => name === armed?.statement).length;
      if (armed !== null && armed.left <= 0 && names.includes(armed.statement)) {
        if (armed.side === 'after') losesAnswer = true;
        else strike();
        if (silent || server.destroyed) return;
      }
      pass(server, bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (silent) return;
      if (losesAnswer) strike();
      if (silent || client.destroyed) return;
      pass(client, bytes);
    });
  };

  const listen = async (): Promise<void> => {
    if (listener !== null) return;
    listener = createServer(accept).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    port = bound.parse(listener.address()).port;
  };

  await listen();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    statements: () => seen,
    begin,
    strikeAt: (wanted) =>
      new Promise((struck, failed) => {
        armed = { ...wanted, struck, failed, left: wanted.nth };
      }),
    delayBy: (millis) => {
      delay = millis;
    },
    mend: async () => {
      // What was swallowed never comes: those connections are dead, as after a failed switch.
      if (silent) cut();
      silent = false;
      delay = 0;
      const waiting = held ?? [];
      held = null;
      for (const go of waiting) go();
      await listen();
    },
    close: async () => {
      await stopListening();
    },
  };
};
