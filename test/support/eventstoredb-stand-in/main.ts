import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { noFaults, order } from './faults.ts';
import { startServer } from './server.ts';

// A stand-in for EventStoreDB, as far as the adapter needs one: a process whose data survives its death. Prints one line
// of JSON with its ports when it is ready. Orders are posted to its control, see faults.ts.
const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    control: { type: 'string', default: '0' },
    user: { type: 'string' },
    key: { type: 'string' },
    cert: { type: 'string' },
  },
});
if (values.file === undefined) throw new Error('--file names the file that keeps the log');
const { key: keyFile, cert: certFile } = values;
const tls = keyFile === undefined || certFile === undefined ? null : { keyFile, certFile };
const server = await startServer({ file: values.file, host: values.host, port: Number(values.port), user: values.user ?? null, tls }, noFaults());

const control = createServer((request, response) => {
  void text(request)
    .then((body) => server.obey(order.parse(JSON.parse(body))))
    .then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
}).listen(Number(values.control), '127.0.0.1');
await once(control, 'listening');
const { port } = z.object({ port: z.number() }).parse(control.address());
process.stdout.write(`${JSON.stringify({ port: server.port, control: port })}\n`);
// Whoever started it holds its standard input: it goes when they are gone.
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
