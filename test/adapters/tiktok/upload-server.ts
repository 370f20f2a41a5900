import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

export type ReceivedChunk = Readonly<{ method: string; target: string; headers: IncomingHttpHeaders; bytes: number; sha256: string }>;

/** Does what it likes with a request; without a script each is read whole and answered by `status`. */
export type UploadScript = (request: IncomingMessage, response: ServerResponse) => void;

export interface UploadServer extends AsyncDisposable {
  readonly origin: string;
  readonly received: readonly ReceivedChunk[];
  readonly connections: number;
}

/** Reads a request to its end, whatever its size, and keeps nothing of it but its digest. */
export const readWhole = async (request: IncomingMessage): Promise<ReceivedChunk> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const pieces: AsyncIterable<Uint8Array> = request;
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { method: request.method ?? '', target: request.url ?? '', headers: request.headers, bytes, sha256: hash.digest('hex') };
};

/** Answers once it has the whole body. */
export const answeringWith =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): UploadScript =>
  (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body));
  };

/** A server on loopback that takes chunks. */
export const startUploadServer = async (script?: UploadScript): Promise<UploadServer> => {
  const received: ReceivedChunk[] = [];
  const counts = { connections: 0 };
  const take: UploadScript = (request, response) => {
    void readWhole(request).then(
      (chunk) => {
        received.push(chunk);
        const [, last, total] = /-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '') ?? [];
        const isLast = Number(last) + 1 === Number(total);
        response.writeHead(isLast ? 201 : 206, { 'content-range': `bytes 0-${last}/${total}` }).end();
      },
      () => response.destroy(),
    );
  };
  const server = createServer(script ?? take);
  server.on('connection', () => (counts.connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    get connections() {
      return counts.connections;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
