import { join } from 'node:path';
import { openChosenStore } from './chosen-event-store.ts';
import { freePort, temporaryDirectory, type Environment, type ServiceProcess } from './service-process.ts';
import { simulatorControl } from './simulator-control.ts';
import { openWire } from './wire.ts';
import { wirePerson, type WirePerson } from './wire-person.ts';

export const npmStart = { command: ['npm', 'start'] } as const;

/** A folder of its own, and ports that stay the same from start to start; all else as in a fresh clone. */
export type Installation = Readonly<{ folder: string; environment: Environment; remove: () => Promise<void> }>;

export const installation = async (): Promise<Installation> => {
  const { path, remove } = await temporaryDirectory();
  const store = await openChosenStore();
  const environment = {
    DATA_DIR: join(path, 'data'),
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
    ...store.environment,
  };
  const removeAll = async (): Promise<void> => {
    await store.stop();
    await remove();
  };
  return { folder: path, environment, remove: removeAll };
};

/** The development user of this name, with a browser of their own. */
export const personAt = async ({ url, simulatorUrl }: ServiceProcess, user: string): Promise<WirePerson> =>
  wirePerson(await openWire(url), simulatorControl(simulatorUrl), { dev_user: user });
