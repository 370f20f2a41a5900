import pg from 'pg';
import { GenericContainer, Network, Wait } from 'testcontainers';
import { inject } from 'vitest';
import type { z } from 'zod';
import { simulatedApp } from '../../simulator/simulator.ts';
import { freePort, type Environment } from '../support/service-process.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { openWire, type Wire } from '../support/wire.ts';
import { wirePerson, type WirePerson } from '../support/wire-person.ts';
import { runLabel } from './engine.ts';
import { handleOf, type Handle } from './handle.ts';
import { HardenedContainer } from './hardened.ts';
import { postgresUrlInside, startPostgres } from './postgres.ts';
import { images, startMillis } from './settings.ts';

/** A service in a container, at an address that stays the same over restarts. */
export interface ContainedService extends Handle {
  readonly url: string;
  readonly wire: Wire;
  /** The development user of this name, with a browser of their own. */
  readonly person: (user: string) => WirePerson;
  readonly isReady: () => Promise<boolean>;
  /** A command of the service, run in its container. */
  readonly command: (...args: readonly string[]) => Promise<Readonly<{ code: number; output: string }>>;
}

/** A network with PostgreSQL, TikTok's stand-in and, if asked for, EventStoreDB; and services on it. */
export interface ContainerWorld {
  readonly postgres: Handle;
  readonly simulator: Handle;
  /** Null: the history stands in PostgreSQL. */
  readonly eventStore: Handle | null;
  readonly tiktok: SimulatorControl;
  readonly start: (changed?: Environment) => Promise<ContainedService>;
  /** Asks the database itself. */
  readonly rows: <Row>(row: z.ZodType<Row>, text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
}

const publicUrl = 'http://localhost:3000';
const encryptionKey = 'made-up-key-of-32-characters-000';

export type ContainerWorldOptions = Readonly<{
  /** Keeps the history in EVENTSTORE_IMAGE. */
  withEventStore?: boolean;
  /** How large PostgreSQL's disk is. */
  databaseMegabytes?: number;
}>;

export const createContainerWorld = async ({ withEventStore = false, databaseMegabytes }: ContainerWorldOptions = {}): Promise<ContainerWorld> => {
  const run = inject('containerRun');
  const labels = { [runLabel]: run };
  let networks = 0;
  const network = await new Network({ nextUuid: () => `${run}-${process.pid}-${(networks += 1)}` }).start();

  const startEventStore = async (): Promise<Handle> => {
    const container = await new GenericContainer(images.eventStore)
      .withEnvironment({ EVENTSTORE_CLUSTER_SIZE: '1', EVENTSTORE_INSECURE: 'true', EVENTSTORE_RUN_PROJECTIONS: 'None' })
      .withLabels(labels)
      .withNetwork(network)
      .withNetworkAliases('eventstoredb')
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(startMillis)
      .start();
    return handleOf(container, network, 'eventstoredb');
  };
  const simulatorPort = await freePort();
  const simulatorUrl = `http://localhost:${simulatorPort}`;
  const startSimulator = async (): Promise<Handle> => {
    const container = await new HardenedContainer(images.simulator)
      .withEnvironment({ SIMULATOR_PUBLIC_URL: simulatorUrl })
      .withLabels(labels)
      .withNetwork(network)
      .withNetworkAliases('simulator')
      .withExposedPorts({ container: 3010, host: simulatorPort })
      .withWaitStrategy(Wait.forHttp('/', 3010))
      .withStartupTimeout(startMillis)
      .start();
    return handleOf(container, network, 'simulator');
  };
  const [postgres, simulator, eventStore] = await Promise.all([
    startPostgres({ labels, network, megabytes: databaseMegabytes }),
    startSimulator(),
    withEventStore ? startEventStore() : null,
  ]);
  const tiktok = simulatorControl(simulatorUrl);
  const app = simulatedApp();
  const environment = {
    NODE_ENV: 'development',
    DEV_ON_ALL_INTERFACES: 'true',
    PUBLIC_URL: publicUrl,
    DATABASE_URL: postgresUrlInside,
    EVENT_STORE_URL: withEventStore ? 'esdb://eventstoredb:2113?tls=false' : '',
    TIKTOK_TOKEN_ENCRYPTION_KEY: encryptionKey,
    TIKTOK_CLIENT_KEY: app.clientKey,
    TIKTOK_CLIENT_SECRET: app.clientSecret,
    TIKTOK_AUTHORIZE_URL: `${simulatorUrl}/v2/auth/authorize/`,
    TIKTOK_API_URL: 'http://simulator:3010',
    LOG_LEVEL: 'warn',
    // Tests ask more often than callers may.
    RATE_LIMIT: '1000000/1m',
  };
  const database = await handleOf(postgres.container, network, 'postgres');
  const services: Handle[] = [];
  return {
    postgres: database,
    simulator,
    eventStore,
    tiktok,
    start: async (changed = {}) => {
      const port = await freePort();
      const container = await new HardenedContainer(images.service)
        .withEnvironment({ ...environment, ...changed })
        .withLabels(labels)
        .withNetwork(network)
        .withExposedPorts({ container: 3000, host: port })
        .withWaitStrategy(Wait.forHttp('/readyz', 3000))
        .withStartupTimeout(startMillis)
        .start();
      const handle = await handleOf(container, network, `service-${port}`);
      services.push(handle);
      const url = `http://localhost:${port}`;
      const wire = await openWire(url);
      return {
        ...handle,
        url,
        wire,
        person: (user) => wirePerson(wire, tiktok, { dev_user: user }, publicUrl),
        isReady: () => fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).then(
          ({ ok }) => ok,
          () => false,
        ),
        command: (...args) => handle.exec(['node', 'src/main.ts', ...args]),
      };
    },
    close: async () => {
      await Promise.all([...services, database, simulator, ...(eventStore === null ? [] : [eventStore])].map((handle) => handle.remove()));
      await network.stop();
    },
    rows: async (row, statement, values = []) => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      try {
        const answered: { rows: readonly unknown[] } = await client.query(statement, [...values]);
        return answered.rows.map((found) => row.parse(found));
      } finally {
        await client.end();
      }
    },
  };
};
