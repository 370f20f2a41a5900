import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

// Sends one large file by POST: a given beginning, then filler. A process of its own. Prints the outcome as JSON.

const asked = z.object({ url: z.url(), authorization: z.string(), beginning: z.base64(), bytes: z.int() }).parse(JSON.parse(process.argv[2] ?? ''));

const beginning = Buffer.from(asked.beginning, 'base64');
const filler = Buffer.alloc(1_048_576, 0x5a);
const headers = { authorization: asked.authorization, 'content-type': 'video/mp4', 'content-length': asked.bytes };

const begun = performance.now();
const sent = request(asked.url, { method: 'POST', headers });
const answered = once(sent, 'response');
const write = async (piece: Buffer): Promise<void> => {
  if (!sent.write(piece)) await once(sent, 'drain');
};
await write(beginning);
for (let left = asked.bytes - beginning.length; left > 0; left -= filler.length) await write(filler.subarray(0, Math.min(left, filler.length)));
sent.end();
const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answered);
const body = await text(response);
const status = response.statusCode ?? 0;
if (status >= 300) throw new Error(`answered ${status}: ${body.slice(0, 200)}`);
console.log(JSON.stringify({ millis: performance.now() - begun, body }));
