import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Fastify from 'fastify';
import { request as call } from 'undici';
import { z } from 'zod';

// What one would write first: the body goes on as it comes. Nothing is hashed, cut into chunks or tried again.

const sink = process.env['SINK'] ?? '';
const kept = join(process.cwd(), 'kept');
const app = Fastify({ bodyLimit: Number.MAX_SAFE_INTEGER });
const length = z.object({ 'content-length': z.string() });

app.removeAllContentTypeParsers();
app.addContentTypeParser('*', (_, body, done) => done(null, body));
app.get('/readyz', async () => ({ ready: true }));
app.post('/pass', async (request) => {
  const headers = { 'content-type': 'video/mp4', ...length.parse(request.headers) };
  const { statusCode, body } = await call(sink, { method: 'PUT', headers, body: request.raw });
  await body.dump();
  return { statusCode };
});
// The disk alone: whoever keeps a file is no faster.
app.post('/keep', async (request) => {
  const file = await open(kept, 'w');
  await pipeline(request.raw, file.createWriteStream({ flush: true }));
  return { statusCode: 201 };
});
app.delete('/keep', async (_, reply) => {
  await rm(kept, { force: true });
  return reply.code(204).send();
});

process.once('SIGTERM', () => {
  app.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
