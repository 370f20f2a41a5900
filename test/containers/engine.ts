import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { getContainerRuntimeClient, type ContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What the names of this run's networks begin with, and the label of its containers. */
    containerRun: string;
  }
}

export const runLabel = 'tiktok-connections.test-run';

const engine = async (): Promise<ContainerRuntimeClient> => {
  try {
    return await getContainerRuntimeClient();
  } catch (error) {
    throw new Error('The container tests need a running Docker engine, and none answers: start one, or set DOCKER_HOST to where one is.', { cause: error });
  }
};

/** What a run left behind, whatever became of its tests: by the label of its containers, and the names of what Compose made. */
const removeLeftovers = async ({ container: { dockerode } }: ContainerRuntimeClient, run: string): Promise<void> => {
  const [labelled, named] = await Promise.all([
    dockerode.listContainers({ all: true, filters: { label: [`${runLabel}=${run}`] } }),
    dockerode.listContainers({ all: true, filters: { name: [run] } }),
  ]);
  const ids = new Set([...labelled, ...named].map(({ Id }) => Id));
  await Promise.all([...ids].map((id) => dockerode.getContainer(id).remove({ force: true, v: true })));
  const networks = await dockerode.listNetworks({ filters: { name: [run] } });
  await Promise.all(networks.map(({ Id }) => dockerode.getNetwork(Id).remove()));
  const { Volumes } = await dockerode.listVolumes({ filters: { name: [run] } });
  await Promise.all(Volumes.map(({ Name }) => dockerode.getVolume(Name).remove()));
};

/** Finds the engine, and starts the PostgreSQL that suites which know nothing of containers run against. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  // Its reaper is an image of its own, from a registry that there may not be; this run removes what it started itself.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  // Where these tests publish ports. Its guess is the bridge's address on machines that look like containers.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] = 'localhost';
  const client = await engine();
  const run = `tiktok-connections-${randomUUID().slice(0, 8)}`;
  project.provide('containerRun', run);
  try {
    const postgres = await startPostgres({ labels: { [runLabel]: run } });
    project.provide('postgresUrl', postgres.url);
  } catch (error) {
    await removeLeftovers(client, run);
    throw error;
  }
  return () => removeLeftovers(client, run);
};
