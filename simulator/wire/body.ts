import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** Reads what is left of a body, so that its sender gets to see the answer. */
export async function drain(body: IncomingMessage): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  body.resume();
  await finished(body, { writable: false }).catch(() => undefined);
}

/** Reads at least so many bytes, if they come. */
export function swallow(body: IncomingMessage, bytes: number): Promise<void> {
  if (bytes === 0) return Promise.resolve();
  let left = bytes;
  return new Promise((resolve) => {
    body.once('close', resolve);
    body.on('data', (piece: Buffer) => {
      left -= piece.byteLength;
      if (left <= 0) resolve();
    });
  });
}

/** The same bytes at this rate on average. */
export async function* throttled(body: AsyncIterable<Uint8Array>, bytesPerSecond: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    await wait((piece.byteLength / bytesPerSecond) * 1_000, undefined, { signal });
    yield piece;
  }
}
