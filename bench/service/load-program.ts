import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { quantile } from '../harness/statistics.ts';

// Asks for paths over kept-alive connections, one request at a time on each, as cheaply as it can, so that the cores are
// the server's. A process of its own. Prints the outcome as JSON; any answer but 200 ends it.

const asked = z
  .object({ url: z.url(), paths: z.array(z.string()), authorization: z.string(), connections: z.int(), millis: z.number(), requests: z.int().nullable(), body: z.string().nullable() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const { hostname, port, host } = new URL(asked.url);
const { body } = asked;
const content = body === null ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
const requests = asked.paths.map((path) =>
  Buffer.from(
    `${body === null ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${asked.authorization}\r\n${content}Connection: keep-alive\r\n\r\n${body ?? ''}`,
  ),
);

const headEnd = Buffer.from('\r\n\r\n');
const contentLength = /\r\ncontent-length: (\d+)\r\n/i;

/** Bytes of the whole answer at the front of the buffer; null while it is not all there. */
const answerBytes = (buffer: Buffer): number | null => {
  const end = buffer.indexOf(headEnd);
  if (end === -1) return null;
  const head = buffer.toString('latin1', 0, end + 2);
  const length = contentLength.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) throw new Error(`an answer without a 200 or a length: ${head.split('\r\n')[0] ?? ''}`);
  const total = end + headEnd.length + Number(length);
  return buffer.length < total ? null : total;
};

const latencies: number[] = [];
let bytes = 0;
let next = 0;
const begun = performance.now();
const deadline = begun + asked.millis;
const isOver = (): boolean => performance.now() >= deadline || (asked.requests !== null && next >= asked.requests);

const askOn = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const send = (): void => {
      if (isOver()) {
        socket.end();
        resolve();
        return;
      }
      const request = requests[next % requests.length];
      next += 1;
      sentAt = performance.now();
      if (request !== undefined) socket.write(request);
    };
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', send);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const total = answerBytes(received);
      if (total === null) return;
      latencies.push(performance.now() - sentAt);
      bytes += total;
      received = received.subarray(total);
      send();
    });
  });

await Promise.all(Array.from({ length: asked.connections }, () => askOn(connect({ host: hostname, port: Number(port) }))));
const seconds = (performance.now() - begun) / 1_000;
console.log(
  JSON.stringify({
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    bytesPerAnswer: bytes / latencies.length,
  }),
);
