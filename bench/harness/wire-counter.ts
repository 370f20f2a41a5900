import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What went over the wire since the last reset, connecting and authenticating left out. */
export type WireCounts = Readonly<{
  /** Statements that the server completed, by its own count. */
  statements: number;
  /** Times the server was ready for the next query: each is a round trip. */
  roundTrips: number;
  bytesToServer: number;
  bytesFromServer: number;
  /** How often each kind of statement was completed, by the server's word for it. */
  byCommand: Readonly<Record<string, number>>;
  /** How often each prepared statement was asked for, by its name. */
  byName: Readonly<Record<string, number>>;
}>;

export interface WireCounter extends AsyncDisposable {
  /** The same database through this counter. */
  readonly url: string;
  reset(): void;
  counts(): WireCounts;
}

const headerBytes = 5;

/** Splits PostgreSQL's stream (a letter, a length, a body) into messages, however it is cut into chunks. */
const messageReader = (onMessage: (kind: string, body: Buffer) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const end = 1 + rest.readInt32BE(1);
      if (rest.length < end) return;
      onMessage(String.fromCharCode(rest.readUInt8(0)), rest.subarray(headerBytes, end));
      rest = rest.subarray(end);
    }
  };
};

const commandComplete = 'C';
const readyForQuery = 'Z';
const bind = 'B';

const countUp = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** A bind names its portal, then the statement; each name ends with a zero byte. */
const boundStatement = (body: Buffer): string => body.toString('latin1').split('\0', 2)[1] ?? '';

/** Relays a database's connections on the loopback and counts what the server answers. Costs time: not for timed rounds. */
export const countOnTheWire = async (databaseUrl: string): Promise<WireCounter> => {
  const target = new URL(databaseUrl);
  let counts = { statements: 0, roundTrips: 0, bytesToServer: 0, bytesFromServer: 0 };
  let byCommand = new Map<string, number>();
  let byName = new Map<string, number>();
  const open = new Set<Socket>();

  const relay = (client: Socket): void => {
    const server = connect({ host: target.hostname, port: Number(target.port || '5432'), noDelay: true });
    client.setNoDelay(true);
    let greeted = false;
    const read = messageReader((kind, body) => {
      if (kind === commandComplete) {
        const command = body.toString('latin1').split(/[ \0]/)[0] ?? '';
        counts.statements += 1;
        countUp(byCommand, command);
      }
      if (kind === readyForQuery) {
        if (greeted) counts.roundTrips += 1;
        greeted = true;
      }
    });
    const readAsked = messageReader((kind, body) => {
      if (kind === bind) countUp(byName, boundStatement(body));
    });
    client.on('data', (chunk: Buffer) => {
      if (greeted) {
        counts.bytesToServer += chunk.length;
        readAsked(chunk);
      }
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      if (greeted) counts.bytesFromServer += chunk.length;
      read(chunk);
      client.write(chunk);
    });
    for (const [one, other] of [[client, server], [server, client]] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('end', () => other.end());
      one.on('close', () => open.delete(one));
    }
  };

  const listener = createServer(relay).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the wire counter has no port');
  target.searchParams.set('sslmode', 'disable');
  const through = new URL(target);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);

  return {
    url: through.href,
    reset: () => {
      counts = { statements: 0, roundTrips: 0, bytesToServer: 0, bytesFromServer: 0 };
      byCommand = new Map();
      byName = new Map();
    },
    counts: () => ({ ...counts, byCommand: Object.fromEntries(byCommand), byName: Object.fromEntries(byName) }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
};
