import { pino } from 'pino';
import type { Examination } from '../adapters/cli/cli-deps.ts';
import { reachAddress } from '../adapters/cli/reach-address.ts';
import { pendingMigrations } from '../adapters/postgres/migrate.ts';
import { createDatabaseDiagnosis } from '../adapters/postgres/postgres-diagnosis.ts';
import { createProjectionOperations } from '../adapters/postgres/postgres-projection-operations.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { assemble } from './assemble.ts';
import { hasDatabase, openDatabase, type Database } from './database.ts';
import { tiktokSideOfCommands } from './open-tiktok-side.ts';
import type { Container } from './parts.ts';
import type { Environment } from './settings/environment.ts';
import { readSettings } from './settings/read-settings.ts';

const outside = { clock: systemClock, reach: reachAddress } as const;

const nothingOpened = (problems: readonly string[]): Examination => ({
  ...outside,
  settings: { problems, redirectUri: null, provider: null },
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

/** Opens what can be opened for `doctor`; what cannot is what it is to explain. */
export const examine = async (environment: Environment): Promise<Examination> => {
  const read = readSettings(environment);
  if (read.isErr()) return nothingOpened(read.error);
  const side = await tiktokSideOfCommands(read.value);
  if (side.isErr()) return nothingOpened([side.error]);
  const tiktokSide = side.value;
  const provider = { simulated: tiktokSide.simulatorUrl !== null, urls: [tiktokSide.authorizeUrl, tiktokSide.apiUrl] };
  const settings = { problems: [], redirectUri: read.value.tiktok.redirectUri, provider };
  if (!hasDatabase(read.value)) return { ...nothingOpened([]), settings, databaseProblem: 'There is no database yet: the first `npm start` makes it.' };
  const opened = await openDatabase(read.value, true);
  if (opened.isErr()) return { ...nothingOpened([]), settings, databaseProblem: opened.error };
  const database = opened.value;
  const container = assemble({ settings: read.value, databaseUrl: database.url, tiktokSide, log: pino({ level: 'silent' }) });
  return {
    ...outside,
    settings,
    database: examinedDatabase(container, database),
    databaseProblem: null,
    close: async () => {
      await container.get('eventStore').close();
      await container.get('pool').end();
      await database.stop();
    },
  };
};
