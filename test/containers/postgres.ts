import { GenericContainer, Wait, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import { freePort } from '../support/service-process.ts';
import { images, startMillis } from './settings.ts';

const user = 'postgres';
const password = 'made-up';
const database = 'tiktok_connections';

/** Where the image keeps its data. */
export const dataFolder = '/var/lib/postgresql';

/** Its address for containers on the same network. */
export const postgresUrlInside = `postgres://${user}:${password}@postgres/${database}`;

export type StartedPostgres = Readonly<{ container: StartedTestContainer; url: string }>;

type PostgresOptions = Readonly<{
  labels: Record<string, string>;
  network?: StartedNetwork;
  /** How large the disk for its data is; it goes with the container. As large as the engine's when left out. */
  megabytes?: number | undefined;
}>;

/** The PostgreSQL of POSTGRES_IMAGE, at a port that stays the same over restarts. */
export const startPostgres = async ({ labels, network, megabytes }: PostgresOptions): Promise<StartedPostgres> => {
  const port = await freePort();
  const described = new GenericContainer(images.postgres)
    .withEnvironment({ POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database })
    .withLabels(labels)
    .withExposedPorts({ container: 5432, host: port })
    .withHealthCheck({ test: ['CMD', 'pg_isready', '--host=127.0.0.1', `--username=${user}`], interval: 500, timeout: 5_000, retries: 120 })
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(startMillis);
  if (network !== undefined) described.withNetwork(network).withNetworkAliases('postgres');
  if (megabytes !== undefined) described.withTmpFs({ [dataFolder]: `size=${megabytes}m` });
  const container = await described.withCommand(['postgres', '-c', 'max_connections=300']).start();
  return { container, url: `postgres://${user}:${password}@127.0.0.1:${port}/${database}` };
};
