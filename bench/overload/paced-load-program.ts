import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { quantile } from '../harness/statistics.ts';

// Asks at a pace of its own, whatever the server does: request n is due n paces after the begin. Each goes out over a free
// connection, or waits for one; whoever waited in vain for the whole limit has given up, and is not sent. An answer of 200 within
// the limit, counted from when the request was due, is a good one.

const asked = z
  .object({ url: z.url(), paths: z.array(z.string()), authorization: z.string(), perSecond: z.number(), connections: z.int(), millis: z.number(), limitMillis: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const { hostname, port, host } = new URL(asked.url);
const requests = asked.paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${asked.authorization}\r\nConnection: keep-alive\r\n\r\n`));

const headEnd = Buffer.from('\r\n\r\n');
const contentLength = /\r\ncontent-length: (\d+)\r\n/i;

/** Status and bytes of the whole answer at the front of the buffer; null while it is not all there. */
const answerIn = (buffer: Buffer): Readonly<{ status: number; bytes: number }> | null => {
  const end = buffer.indexOf(headEnd);
  if (end === -1) return null;
  const head = buffer.toString('latin1', 0, end + 2);
  const bytes = end + headEnd.length + Number(contentLength.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(bytes)) throw new Error(`an answer without a length: ${head.split('\r\n')[0] ?? ''}`);
  return buffer.length < bytes ? null : { status: Number(head.slice(9, 12)), bytes };
};

const counts = { good: 0, late: 0, turnedAway: 0, other: 0, unsent: 0 };
const goodMillis: number[] = [];
const turnedAwayMillis: number[] = [];
const free: (() => void)[] = [];
let begun = 0;
let next = 0;
let isOver = false;

const dueAt = (index: number): number => begun + (index * 1_000) / asked.perSecond;

const count = (status: number, millis: number): void => {
  if (status === 503) {
    counts.turnedAway += 1;
    turnedAwayMillis.push(millis);
  } else if (status !== 200) counts.other += 1;
  else if (millis > asked.limitMillis) counts.late += 1;
  else {
    counts.good += 1;
    goodMillis.push(millis);
  }
};

const open = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let due = 0;
    const take = (): void => {
      if (isOver) {
        socket.destroy();
        return;
      }
      const now = performance.now();
      while (now - dueAt(next) > asked.limitMillis) {
        counts.unsent += 1;
        next += 1;
      }
      if (dueAt(next) > now) {
        free.push(take);
        return;
      }
      due = dueAt(next);
      const request = requests[next % requests.length];
      next += 1;
      if (request !== undefined) socket.write(request);
    };
    socket.setNoDelay(true);
    socket.on('error', (error) => {
      if (!isOver) reject(error);
    });
    socket.on('connect', () => {
      free.push(take);
      resolve();
    });
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = answerIn(received);
      if (answer === null) return;
      count(answer.status, performance.now() - due);
      received = received.subarray(answer.bytes);
      take();
    });
  });

await Promise.all(Array.from({ length: asked.connections }, () => open(connect({ host: hostname, port: Number(port) }))));
begun = performance.now();
await new Promise<void>((resolve) => {
  const pace = (): void => {
    const now = performance.now();
    if (now - begun >= asked.millis) {
      isOver = true;
      resolve();
      return;
    }
    while (free.length > 0 && dueAt(next) <= now) free.pop()?.();
    setTimeout(pace, 1);
  };
  pace();
});
const seconds = (performance.now() - begun) / 1_000;
counts.unsent += Math.max(0, Math.floor(asked.perSecond * seconds) - next);
const p99 = (samples: readonly number[]): number | null => (samples.length === 0 ? null : quantile(samples, 0.99));
console.log(JSON.stringify({ ...counts, seconds, goodPerSecond: counts.good / seconds, goodP99: p99(goodMillis), turnedAwayP99: p99(turnedAwayMillis) }));
process.exit(0);
