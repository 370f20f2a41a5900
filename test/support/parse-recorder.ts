import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface ParseRecorder {
  /** The database's address by way of this relay. */
  readonly url: string;
  /** Statements that were parsed, by the names under which they were prepared. */
  readonly statements: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

const parse = 'P'.charCodeAt(0);
const headerBytes = 5;

/** Reads messages of the protocol's third version; the first, which has no letter, comes as `greeting`. */
const readMessages = (onParse: (name: string, text: string) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  let greeted = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (!greeted && rest.length >= 4 && rest.length >= rest.readInt32BE(0)) {
      rest = rest.subarray(rest.readInt32BE(0));
      greeted = true;
    }
    while (greeted && rest.length >= headerBytes && rest.length >= 1 + rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1);
      if (rest[0] === parse) {
        const [name = '', text = ''] = rest.toString('utf8', headerBytes, end).split('\0', 2);
        onParse(name, text);
      }
      rest = rest.subarray(end);
    }
  };
};

/** A way to PostgreSQL that remembers which statements were prepared. @param target its address, without TLS */
export const openParseRecorder = async (target: string): Promise<ParseRecorder> => {
  const database = new URL(target);
  const statements = new Map<string, string>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const onward = connect(Number(database.port), database.hostname);
    const read = readMessages((name, text) => {
      if (name !== '') statements.set(name, text);
    });
    client.on('data', read);
    client.pipe(onward).pipe(client);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => {
        client.destroy();
        onward.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    statements,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
