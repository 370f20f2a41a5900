import pg from 'pg';
import type { z } from 'zod';
import type { EventLog } from '../../src/adapters/event-store/event-log.ts';
import { simulatedApp, startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { openChosenStore } from './chosen-event-store.ts';
import { openKeptHistory } from './kept-history.ts';
import { startService, temporaryDirectory, freePort, type Environment, type Launch, type ServiceProcess } from './service-process.ts';
import { simulatorControl, type SimulatorControl } from './simulator-control.ts';
import { createTestDatabase, type TestDatabase } from './test-postgres.ts';
import { openWire, type Wire } from './wire.ts';
import { wirePerson, type WirePerson } from './wire-person.ts';

export interface Replica extends ServiceProcess {
  readonly wire: Wire;
  /** The development user of this name, with a browser of their own. */
  person(user: string): WirePerson;
}

/** A database, TikTok's stand-in, and any number of service processes on them. */
export interface WireWorld {
  readonly database: TestDatabase;
  readonly simulator: Simulator;
  readonly tiktok: SimulatorControl;
  /** What every replica is started with. */
  readonly environment: Environment;
  start(changed?: Environment, launch?: Launch): Promise<Replica>;
  /** Asks the database itself. */
  rows<Row>(row: z.ZodType<Row>, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Asks about `tiktok_connections.events`, wherever the history stands. */
  history<Row>(row: z.ZodType<Row>, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Where the history stands. */
  readonly log: EventLog;
  /** Stops whatever still runs. */
  close(): Promise<void>;
}

/**
 * @param given settings of every replica; `PUBLIC_URL` is the same for all of them
 * @param place an empty database, when not one of the server that all suites share
 */
export const createWireWorld = async (given: Environment = {}, place?: TestDatabase): Promise<WireWorld> => {
  const database = place ?? (await createTestDatabase());
  const store = await openChosenStore();
  const data = await temporaryDirectory();
  const simulator = await startSimulator({ quiet: true, apps: [simulatedApp()] });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const port = await freePort();
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: data.path,
    PUBLIC_URL: `http://localhost:${port}`,
    TIKTOK_CLIENT_KEY: simulator.app.clientKey,
    TIKTOK_CLIENT_SECRET: simulator.app.clientSecret,
    TIKTOK_AUTHORIZE_URL: simulator.authorizeUrl,
    TIKTOK_API_URL: simulator.apiUrl,
    LOG_LEVEL: 'warn',
    ...store.environment,
    ...given,
  };
  const tiktok = simulatorControl(simulator.url);
  const history = openKeptHistory(client, environment);
  const replicas: Replica[] = [];
  let started = 0;
  return {
    database,
    simulator,
    tiktok,
    environment,
    start: async (changed = {}, launch = {}) => {
      started += 1;
      const service = await startService({ ...environment, PORT: String(started === 1 ? port : await freePort()), ...changed }, launch);
      const wire = await openWire(service.url);
      const replica = { ...service, wire, person: (user: string) => wirePerson(wire, tiktok, { dev_user: user }, environment.PUBLIC_URL) };
      replicas.push(replica);
      return replica;
    },
    rows: async (row, text, values = []) => {
      const answered: { rows: readonly unknown[] } = await client.query(text, [...values]);
      return answered.rows.map((found) => row.parse(found));
    },
    history: async (row, text, values = []) => (await history.ask(text, values)).map((found) => row.parse(found)),
    log: history.log,
    close: async () => {
      await Promise.all(replicas.filter(({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null).map(({ stop }) => stop()));
      await simulator.stop();
      await history.close();
      await store.stop();
      await client.end();
      await database.drop();
      await data.remove();
    },
  };
};
