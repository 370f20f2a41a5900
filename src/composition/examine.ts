import { pino } from 'pino';
import type { Examination } from '../adapters/cli/cli-deps.ts';
import { reachAddress } from '../adapters/cli/reach-address.ts';
import { pendingMigrations } from '../adapters/postgres/migrate.ts';
import { createDatabaseDiagnosis } from '../adapters/postgres/postgres-diagnosis.ts';
import { createProjectionOperations } from '../adapters/postgres/postgres-projection-operations.ts';
import { readKeySet } from '../adapters/http/principals/key-set.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { ExaminedSettings } from '../application/diagnosing/diagnose.ts';
import { assemble } from './assemble.ts';
import { hasDatabase, openDatabase, type Database } from './database.ts';
import { tiktokSideOfCommands } from './open-tiktok-side.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { outboundOf, type OutboundCalls } from './outbound-calls.ts';
import type { Container } from './parts.ts';
import type { Environment } from './settings/environment.ts';
import { readSettings, type Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

const outside = { clock: systemClock, reach: reachAddress } as const;

const nothingOpened = (problems: readonly string[]): Examination => ({
  ...outside,
  settings: { problems, redirectUri: null, publicUrl: null, provider: null, credentials: null, identity: null },
  database: null,
  databaseProblem: null,
  close: () => Promise.resolve(),
});

const examinedDatabase = (container: Container, { embedded, url }: Database): NonNullable<Examination['database']> => {
  const pool = container.get('pool');
  const eventStore = container.get('eventStore');
  return {
    shown: { embedded, address: embedded ? url.reveal() : null },
    examined: {
      diagnosis: createDatabaseDiagnosis(pool),
      migrations: { pending: () => pendingMigrations(pool) },
      eventStore,
      operations: createProjectionOperations(pool, eventStore, container.get('projectorList')),
      sealer: container.get('sealer'),
      knowsKey: (id) => container.get('keyring').find(id) !== undefined,
    },
  };
};

const credentialsOf = (app: TikTokSide, outbound: OutboundCalls): ExaminedSettings['credentials'] => async () =>
  (await import('../adapters/tiktok/application-token-endpoint.ts')).tryCredentials(app, { apiUrl: app.apiUrl, dispatcher: await outbound.dispatcher() });

const identityOf = ({ identity }: Settings, outbound: OutboundCalls): ExaminedSettings['identity'] =>
  identity === null ? null : { url: identity.jwksUrl, keySet: () => readKeySet(identity.jwksUrl, guardedFetch(outbound)) };

/** Opens what can be opened for `doctor`; what cannot is what it is to explain. */
export const examine = async (environment: Environment): Promise<Examination> => {
  const read = readSettings(environment);
  if (read.isErr()) return nothingOpened(read.error);
  const side = await tiktokSideOfCommands(read.value);
  if (side.isErr()) return nothingOpened([side.error]);
  const tiktokSide = side.value;
  const provider = { simulated: tiktokSide.simulatorUrl !== null, urls: [tiktokSide.authorizeUrl, tiktokSide.apiUrl] };
  const outbound = outboundOf(read.value, tiktokSide);
  const settings = {
    problems: [],
    redirectUri: read.value.tiktok.redirectUri,
    publicUrl: read.value.publicUrl,
    provider,
    credentials: provider.simulated ? null : credentialsOf(tiktokSide, outbound),
    identity: identityOf(read.value, outbound),
  };
  const besides = { ...nothingOpened([]), settings, close: () => outbound.close() };
  if (!hasDatabase(read.value)) return { ...besides, databaseProblem: 'There is no database yet: the first `npm start` makes it.' };
  const opened = await openDatabase(read.value, true);
  if (opened.isErr()) return { ...besides, databaseProblem: opened.error };
  const database = opened.value;
  const container = assemble({ settings: read.value, databaseUrl: database.url, tiktokSide, log: pino({ level: 'silent' }) });
  return {
    ...outside,
    settings,
    database: examinedDatabase(container, database),
    databaseProblem: null,
    close: async () => {
      await outbound.close();
      await container.get('eventStore').close();
      await container.get('pool').end();
      await database.stop();
    },
  };
};
