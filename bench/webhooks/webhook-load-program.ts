import { createHmac, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { quantile } from '../harness/statistics.ts';

// Delivers webhooks, each another one, signed, over kept-alive connections, one at a time on each. A process of its own.
// Prints the outcome as JSON; any answer but 200 ends it.

const asked = z
  .object({ url: z.url(), clientKey: z.string(), clientSecret: z.string(), connections: z.int(), millis: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const { hostname, port, host } = new URL(asked.url);
const run = randomUUID();
let serial = 0;

const nextRequest = (): string => {
  serial += 1;
  const content = JSON.stringify({ publish_id: `v_pub_file~v2-1.${run}.${serial}`, publish_type: 'DIRECT_PUBLISH' });
  const seconds = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({ client_key: asked.clientKey, event: 'post.publish.complete', create_time: seconds, user_openid: `-000${run}${serial % 1_000}`, content });
  const signature = createHmac('sha256', asked.clientSecret).update(`${seconds}.${body}`).digest('hex');
  const head = `POST /webhooks/tiktok HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTikTok-Signature: t=${seconds},s=${signature}\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: keep-alive\r\n\r\n${body}`;
};

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
const begun = performance.now();
const deadline = begun + asked.millis;

const deliverOn = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const send = (): void => {
      if (performance.now() >= deadline) {
        socket.end();
        resolve();
        return;
      }
      const request = nextRequest();
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', send);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const total = answerBytes(received);
      if (total === null) return;
      latencies.push(performance.now() - sentAt);
      received = received.subarray(total);
      send();
    });
  });

await Promise.all(Array.from({ length: asked.connections }, () => deliverOn(connect({ host: hostname, port: Number(port) }))));
const seconds = (performance.now() - begun) / 1_000;
console.log(JSON.stringify({ requests: latencies.length, perSecond: latencies.length / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }));
