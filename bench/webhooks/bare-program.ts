import Fastify from 'fastify';
import pg from 'pg';

// What one would write first: fastify and pg, the raw body into a table. No signature, no sealing, no duplicates, no log.

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
const app = Fastify();

app.removeAllContentTypeParsers();
app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));

app.get('/readyz', async () => {
  await pool.query('create table if not exists bare_webhooks (id bigint generated always as identity primary key, body bytea not null)');
  return { ready: true };
});

app.post('/webhooks/tiktok', async (request) => {
  await pool.query({ name: 'store', text: 'insert into bare_webhooks (body) values ($1)', values: [request.body] });
  return { received: true };
});

process.once('SIGTERM', () => {
  app.close().then(
    () => pool.end(),
    () => process.exit(1),
  );
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
console.log('listening');
