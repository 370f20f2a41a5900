import Fastify from 'fastify';
import { request as call } from 'undici';
import { z } from 'zod';

// What one would write first: the body goes on as it comes. Nothing is kept, hashed, cut into chunks or tried again.

const sink = process.env['SINK'] ?? '';
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

process.once('SIGTERM', () => {
  app.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
