import { err, ok, type Result } from 'neverthrow';
import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

const realAuthorizeUrl = 'https://www.tiktok.com/v2/auth/authorize/';
const realApiUrl = 'https://open.tiktokapis.com';

const configuredSide = (settings: Settings, app: NonNullable<Settings['tiktokApp']>): TikTokSide => ({
  ...app,
  authorizeUrl: settings.tiktok.authorizeUrl ?? realAuthorizeUrl,
  apiUrl: settings.tiktok.apiUrl ?? realApiUrl,
  simulatorUrl: null,
  stop: () => Promise.resolve(),
});

/** TikTok itself when credentials are set, else the simulator. On error a sentence that says what to do. */
export const openTikTokSide = async (settings: Settings): Promise<Result<TikTokSide, string>> => {
  if (settings.tiktokApp !== null) return ok(configuredSide(settings, settings.tiktokApp));
  if (settings.production) return err('There are no TikTok credentials, and the simulator does not run in production: set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET.');
  return (await import('./development.ts')).startDevelopmentTikTok(settings);
};

/** The same for a command, which starts nothing: the simulator, if it is one, belongs to the running service. */
export const tiktokSideOfCommands = async (settings: Settings): Promise<Result<TikTokSide, string>> => {
  if (settings.tiktokApp !== null) return ok(configuredSide(settings, settings.tiktokApp));
  return (await import('./development.ts')).developmentTikTokElsewhere(settings);
};
