import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export type ReceivedRequest = Readonly<{ method: string; target: string; headers: readonly (readonly [string, string])[]; body: string }>;

/** Answers one request by writing whatever bytes it likes, or none. */
export type Script = (socket: Socket, request: ReceivedRequest) => void;

export interface ScriptedServer {
  readonly origin: string;
  readonly port: number;
  /** Complete requests, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections ever accepted. */
  readonly connections: number;
  /** Connections open at once, at most. */
  readonly mostConnections: number;
  /** Bytes ever received, before TLS. */
  readonly bytesReceived: number;
  stop(): Promise<void>;
}

const requestOf = (text: string): ReceivedRequest | null => {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
  const body = text.slice(end + 4);
  return body.length < length ? null : { method, target, headers, body };
};

/** A complete HTTP/1.1 answer as bytes. */
export const answerOf = (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Buffer => {
  const bytes = Buffer.from(body);
  const all = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(bytes.length), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Made Up\r\n${head.join('')}\r\n`), bytes]);
};

/** A server on loopback that does what `script` says, well-formed or not. @param tls key and certificate in PEM */
export const startScriptedServer = async (script: Script, tls?: { key: string; cert: string }): Promise<ScriptedServer> => {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const counts = { connections: 0, most: 0, bytes: 0 };

  const serve = (socket: Socket): void => {
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const request = requestOf(text);
      if (request === null) return;
      text = '';
      requests.push(request);
      script(socket, request);
    });
  };

  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on('connection', (socket: Socket) => {
    counts.connections += 1;
    sockets.add(socket);
    counts.most = Math.max(counts.most, sockets.size);
    socket.on('data', (chunk: Buffer) => (counts.bytes += chunk.length));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return counts.connections;
    },
    get mostConnections() {
      return counts.most;
    },
    get bytesReceived() {
      return counts.bytes;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
};
