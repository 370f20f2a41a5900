import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { checkout, freePort, temporaryDirectory, type Environment } from '../support/service-process.ts';
import { images } from './settings.ts';

const run = promisify(execFile);
const limits = { timeout: 170_000, maxBuffer: 64 * 1024 * 1024 } as const;

const works = (program: string, ...args: readonly string[]): Promise<boolean> =>
  run(program, args, limits).then(
    () => true,
    () => false,
  );

/** Compose as a plug-in of Docker, or the program of its own that came before. */
const findCompose = async (): Promise<readonly [program: string, ...args: string[]]> => {
  if (await works('docker', 'compose', 'version')) return ['docker', 'compose'];
  if (await works('docker-compose', 'version')) return ['docker-compose'];
  throw new Error('The container tests need Docker Compose: install its plug-in, or Debian\'s package docker-compose.');
};

/** The compose file of this checkout as a project of its own, with ports, secrets and volumes that nobody else has. */
export interface ComposeProject {
  readonly url: string;
  readonly simulatorUrl: string;
  /** Answers what it printed. @throws with what it complained about */
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** Puts a file where the compose file finds a secret. */
  readonly putSecret: (name: string, value: string) => Promise<void>;
  /** Ends everything and removes its volumes. */
  readonly remove: () => Promise<void>;
}

export const createComposeProject = async (name: string, settings: Environment = {}): Promise<ComposeProject> => {
  const [program, ...first] = await findCompose();
  const folder = await temporaryDirectory();
  const [port, simulatorPort] = [await freePort(), await freePort()];
  const { PATH, HOME, DOCKER_HOST } = process.env;
  const env = {
    PATH,
    HOME,
    DOCKER_HOST,
    SERVICE_IMAGE: images.service,
    SIMULATOR_IMAGE: images.simulator,
    POSTGRES_IMAGE: images.postgres,
    EVENTSTORE_IMAGE: images.eventStore,
    PORT: String(port),
    SIMULATOR_PORT: String(simulatorPort),
    ...settings,
  };
  const where = ['--project-name', name, '--file', join(checkout, 'docker-compose.yml'), '--project-directory', folder.path];
  const compose = async (...args: readonly string[]): Promise<string> => (await run(program, [...first, ...where, ...args], { ...limits, env })).stdout;
  return {
    url: `http://localhost:${port}`,
    simulatorUrl: `http://localhost:${simulatorPort}`,
    compose,
    putSecret: async (secret, value) => {
      await mkdir(join(folder.path, 'secrets'), { recursive: true });
      // Under the folder's own protection: who runs as another user in the container must be able to read it.
      await writeFile(join(folder.path, 'secrets', secret), `${value}\n`, { mode: 0o644 });
    },
    remove: async () => {
      await compose('--profile', 'simulator', '--profile', 'production', 'down', '--volumes', '--timeout', '40');
      await folder.remove();
    },
  };
};
