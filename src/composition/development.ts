import { mkdir } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { clientKey } from '../domain/values/ids.ts';
import type * as simulatorModule from '../../simulator/simulator.ts';
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

const notHere =
  'TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET are not set, and this installation has no simulator to take their place: set them, and TIKTOK_AUTHORIZE_URL and TIKTOK_API_URL for a simulator that runs elsewhere.';

/** Images of the service come without it. */
const loadSimulator = async (): Promise<Result<typeof simulatorModule, string>> => {
  try {
    return ok(await import('../../simulator/simulator.ts'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return err(notHere);
    throw error;
  }
};

/**
 * The stand-in for TikTok that a development start-up brings along. What it granted is kept beside our own data, so
 * that connections live on over restarts.
 */
export const startDevelopmentTikTok = async (settings: Settings): Promise<Result<TikTokSide, string>> => {
  const loaded = await loadSimulator();
  if (loaded.isErr()) return err(loaded.error);
  try {
    await mkdir(settings.dataDir, { recursive: true });
    const simulator = await loaded.value.startSimulator({
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
export const developmentTikTokElsewhere = async (settings: Settings): Promise<Result<TikTokSide, string>> => {
  const loaded = await loadSimulator();
  if (loaded.isErr()) return err(loaded.error);
  const url = `http://127.0.0.1:${settings.simulatorPort}`;
  const { clientKey: key, clientSecret } = loaded.value.simulatedApp();
  return ok({
    clientKey: clientKey(key),
    clientSecret: secret(clientSecret),
    previousClientSecret: null,
    authorizeUrl: settings.tiktok.authorizeUrl ?? `${url}/v2/auth/authorize/`,
    apiUrl: settings.tiktok.apiUrl ?? url,
    simulatorUrl: url,
    stop: () => Promise.resolve(),
  });
};
