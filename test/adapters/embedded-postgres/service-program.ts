import { startEmbeddedPostgres } from '../../../src/adapters/embedded-postgres/launcher.ts';
import { serviceOptions, type ServiceAnswer } from './service-contract.ts';

/** A service that has nothing but the embedded PostgreSQL: tells how the start went and waits for SIGTERM. */
const started = await startEmbeddedPostgres(serviceOptions.parse(JSON.parse(process.argv[2] ?? '{}')));
const answer: ServiceAnswer = started.match(
  ({ url, adopted, dataDir }) => ({ ok: true, url, adopted, dataDir }),
  ({ kind, sentence }) => ({ ok: false, kind, sentence }),
);
const keepAlive = setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => {
  clearInterval(keepAlive);
  if (started.isErr()) return;
  started.value.stop().catch((error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(String(error));
  });
});
process.stdout.write(`${JSON.stringify(answer)}\n`);
