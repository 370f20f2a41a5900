import { pino } from 'pino';
import { endWithin, toldToEnd } from './lifetime.ts';
import { readSettings } from './settings/read-settings.ts';
import { warningsOf } from './settings/warnings.ts';
import type { Environment } from './settings/environment.ts';
import { startService } from './start-service.ts';

export type ServeOutput = Readonly<{ out: (line: string) => void; err: (line: string) => void }>;

const exitCodes = { ended: 0, wrongSettings: 2, unavailable: 3 } as const;

/** Under the 30 s that orchestrators wait between SIGTERM and SIGKILL. */
const stopLimitMillis = 28_000;

/** Runs the service until it is told to end. Answers the exit code. */
export const serve = async (environment: Environment, { out, err }: ServeOutput, json: boolean): Promise<number> => {
  const settings = readSettings(environment);
  if (settings.isErr()) {
    for (const problem of settings.error) err(problem);
    return exitCodes.wrongSettings;
  }
  const ending = toldToEnd();
  const log = pino({ level: settings.value.logLevel });
  for (const warning of warningsOf(settings.value)) log.warn(warning);
  const started = await startService(settings.value, log);
  if (started.isErr()) {
    err(started.error);
    return exitCodes.unavailable;
  }
  const { announcement, loaded, stop } = started.value;
  if (json) out(JSON.stringify({ ready: true, ...announcement.addresses }));
  else for (const line of announcement.lines) out(line);
  const notLoaded = (error: unknown): null => {
    log.error({ err: error }, 'what answers requests could not be loaded');
    return null;
  };
  const told = await Promise.race([ending, loaded.then(() => ending, notLoaded)]);
  log.info({ reason: told?.reason ?? 'not loaded' }, 'stopping');
  endWithin(stopLimitMillis, exitCodes.unavailable);
  await stop();
  log.info('stopped');
  return told === null ? exitCodes.unavailable : exitCodes.ended;
};
