import { clientKey } from '../domain/values/ids.ts';
import { secret } from '../domain/values/secret.ts';
import { simulatorStateFile, type Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

/**
 * The stand-in for TikTok that a development start-up brings along. What it granted is kept beside our own data, so
 * that connections live on over restarts.
 */
export const startDevelopmentTikTok = async (settings: Settings): Promise<TikTokSide> => {
  const { startSimulator } = await import('../../simulator/simulator.ts');
  const simulator = await startSimulator({ port: settings.simulatorPort, stateFile: simulatorStateFile(settings), quiet: true });
  return {
    clientKey: clientKey(simulator.app.clientKey),
    clientSecret: secret(simulator.app.clientSecret),
    authorizeUrl: settings.tiktok.authorizeUrl ?? simulator.authorizeUrl,
    apiUrl: settings.tiktok.apiUrl ?? simulator.apiUrl,
    simulatorUrl: simulator.url,
    stop: () => simulator.stop(),
  };
};
