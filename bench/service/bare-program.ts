import Fastify from 'fastify';
import pg from 'pg';

// What one would write without this service: fastify, pg and the same select. No log, no checks, nobody is asked who they are.

const text = process.env['SELECT'] ?? 'select 1';
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
const app = Fastify();

app.get('/readyz', async () => {
  await pool.query('select 1');
  return { ready: true };
});

app.get<{ Params: { id: string } }>('/v1/connections/:id', async (request): Promise<unknown> => {
  const { rows } = await pool.query({ name: 'by_id', text, values: [request.params.id, null] });
  return rows[0];
});

process.once('SIGTERM', () => {
  app.close().then(
    () => pool.end(),
    () => process.exit(1),
  );
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
console.log('listening');
