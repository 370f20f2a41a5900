import { createCallLog } from './calls/call-log.ts';
import { createFaultList } from './faults/fault-list.ts';
import { listen } from './listen.ts';
import { createProgress } from './publishing/progress.ts';
import { startTicker } from './publishing/ticker.ts';
import { createServer } from './server.ts';
import { simulatedApp, type SimulatedApp } from './world/app.ts';
import { createStateFile, loadWorld } from './world/state-file.ts';
import { noStore } from './world/state-store.ts';
import { createWorld, type World } from './world/world.ts';
import { createDeliveries } from './webhooks/deliveries.ts';

export { simulatedApp, type SimulatedApp } from './world/app.ts';

export type SimulatorOptions = Readonly<{
  /** 0 or none: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Origin that browsers use, when it differs from host and port. */
  publicUrl?: string;
  /** Tokens, codes, log ids and videos follow from it. Default `simulator`. */
  seed?: string;
  /** Keeps apps, accounts, grants, tokens, settings and the clock over restarts, also after a kill. */
  stateFile?: string;
  /** Default: one app, that of `simulatedApp()`. */
  apps?: readonly SimulatedApp[];
  /** Where the first app is told of what happens; without it as the app or the state file says. */
  webhookUrl?: string;
  /** Prints nothing. */
  quiet?: boolean;
}>;

export type Simulator = Readonly<{
  /** Origin, without a trailing slash. */
  url: string;
  authorizeUrl: string;
  apiUrl: string;
  /** Without a trailing slash, as in `${controlUrl}/faults`. */
  controlUrl: string;
  /** The first app. */
  app: SimulatedApp;
  stop(): Promise<void>;
}>;

/**
 * Starts a stand-in for TikTok's servers.
 * @throws Error with a sentence for people: the port is taken, or the state file can't be used
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', seed = 'simulator', stateFile, apps = [simulatedApp()] } = options;
  const app = apps[0] ?? simulatedApp();
  const world = stateFile === undefined ? createWorld(seed, [app, ...apps]) : await loadWorld(stateFile, seed, [app, ...apps]);
  const store = stateFile === undefined ? noStore : createStateFile(stateFile, world);
  if (options.webhookUrl !== undefined) tellAt(world, app.clientKey, options.webhookUrl);
  await store.save();

  const stopping = new AbortController();
  let publicUrl = options.publicUrl ?? '';
  let callNumber = 0;
  const service = {
    simulation: { world, publicUrl: () => publicUrl },
    store,
    faults: createFaultList(),
    calls: createCallLog(),
    deliveries: createDeliveries(world, stopping.signal),
    progress: createProgress(world, stopping.signal),
    stopping: stopping.signal,
    nextCallNumber: () => (callNumber += 1),
  };
  const server = createServer(service);
  const url = await listen(server, host, port);
  publicUrl ||= url;
  startTicker(service);
  const simulator = {
    url,
    authorizeUrl: `${publicUrl}/v2/auth/authorize/`,
    apiUrl: url,
    controlUrl: `${url}/_control`,
    app: world.apps.get(app.clientKey) ?? app,
  };
  if (options.quiet !== true) announce(simulator);
  return {
    ...simulator,
    stop: async () => {
      stopping.abort();
      await server.close();
    },
  };
}

function tellAt(world: World, clientKey: string, webhookUrl: string): void {
  const app = world.apps.get(clientKey);
  if (app !== undefined) world.apps.set(clientKey, { ...app, webhookUrl });
}

function announce({ authorizeUrl, apiUrl, controlUrl, app }: Omit<Simulator, 'stop'>): void {
  const lines = [
    'TikTok simulator',
    `  authorize page  ${authorizeUrl}`,
    `  API             ${apiUrl}`,
    `  control         ${controlUrl}`,
    `  client key      ${app.clientKey}`,
    `  client secret   ${app.clientSecret}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
