import { mkdir } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { clientKey } from '../domain/values/ids.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { secret } from '../domain/values/secret.ts';
import { simulatorStateFile, type Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

const sideOf = (settings: Settings, simulator: Simulator): TikTokSide => ({
  clientKey: clientKey(simulator.app.clientKey),
  clientSecret: secret(simulator.app.clientSecret),
  previousClientSecret: null,
  authorizeUrl: settings.tiktok.authorizeUrl ?? simulator.authorizeUrl,
  apiUrl: settings.tiktok.apiUrl ?? simulator.apiUrl,
  simulatorUrl: simulator.url,
  stop: () => simulator.stop(),
});

/**
 * The stand-in for TikTok that a development start-up brings along. What it granted is kept beside our own data, so
 * that connections live on over restarts.
 */
export const startDevelopmentTikTok = async (settings: Settings): Promise<Result<TikTokSide, string>> => {
  const { startSimulator } = await import('../../simulator/simulator.ts');
  try {
    await mkdir(settings.dataDir, { recursive: true });
    const simulator = await startSimulator({
      port: settings.simulatorPort,
      stateFile: simulatorStateFile(settings),
      webhookUrl: `${settings.publicUrl}/webhooks/tiktok`,
      quiet: true,
    });
    return ok(sideOf(settings, simulator));
  } catch (error) {
    return err(`The TikTok simulator did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The simulator of a running service, as a command sees it. */
export const developmentTikTokElsewhere = async (settings: Settings): Promise<TikTokSide> => {
  const { simulatedApp } = await import('../../simulator/simulator.ts');
  const url = `http://127.0.0.1:${settings.simulatorPort}`;
  const { clientKey: key, clientSecret } = simulatedApp();
  return {
    clientKey: clientKey(key),
    clientSecret: secret(clientSecret),
    previousClientSecret: null,
    authorizeUrl: settings.tiktok.authorizeUrl ?? `${url}/v2/auth/authorize/`,
    apiUrl: settings.tiktok.apiUrl ?? url,
    simulatorUrl: url,
    stop: () => Promise.resolve(),
  };
};
