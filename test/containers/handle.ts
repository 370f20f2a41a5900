import { getContainerRuntimeClient, type StartedNetwork, type StartedTestContainer } from 'testcontainers';

/** What befalls a container from outside. */
export interface Handle {
  readonly id: string;
  readonly container: StartedTestContainer;
  /** As a power cut ends it. */
  readonly kill: () => Promise<void>;
  /** Starts it again with the volumes it had. */
  readonly start: () => Promise<void>;
  /** SIGTERM, and SIGKILL 35 s later; answers the exit code. */
  readonly stop: () => Promise<number>;
  /** Stops and starts it. */
  readonly restart: () => Promise<void>;
  /** Freezes every process in it: connections stay open, nothing answers. */
  readonly pause: () => Promise<void>;
  readonly unpause: () => Promise<void>;
  /** Unplugs it from the network: packets vanish, nobody is told. */
  readonly cutOff: () => Promise<void>;
  readonly plugIn: () => Promise<void>;
  /** Takes it away with its volumes. */
  readonly remove: () => Promise<void>;
  /** What Docker's own health check last said. */
  readonly health: () => Promise<string>;
  /** Runs a command in it. */
  readonly exec: (command: readonly string[]) => Promise<Readonly<{ code: number; output: string }>>;
}

export const handleOf = async (container: StartedTestContainer, network: StartedNetwork, alias: string): Promise<Handle> => {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const id = container.getId();
  const docker = dockerode.getContainer(id);
  const wires = dockerode.getNetwork(network.getId());
  return {
    id,
    container,
    kill: async () => {
      await docker.kill({ signal: 'SIGKILL' });
      await docker.wait();
    },
    start: async () => void (await docker.start()),
    stop: async () => {
      await docker.stop({ t: 35 });
      return (await docker.inspect()).State.ExitCode;
    },
    restart: async () => void (await docker.restart({ t: 35 })),
    pause: async () => void (await docker.pause()),
    unpause: async () => void (await docker.unpause()),
    cutOff: async () => void (await wires.disconnect({ Container: id, Force: true })),
    plugIn: async () => void (await wires.connect({ Container: id, EndpointConfig: { Aliases: [alias] } })),
    remove: async () => void (await docker.remove({ force: true, v: true })),
    health: async () => (await docker.inspect()).State.Health?.Status ?? 'none',
    exec: async (command) => {
      const { exitCode, output } = await container.exec([...command]);
      return { code: exitCode, output };
    },
  };
};
