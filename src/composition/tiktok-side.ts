import type { ClientKey } from '../domain/values/ids.ts';
import type { Secret } from '../domain/values/secret.ts';
import type { Settings } from './settings/read-settings.ts';

/** Whom we talk to as TikTok, and as which app. */
export type TikTokSide = Readonly<{
  clientKey: ClientKey;
  clientSecret: Secret<string>;
  authorizeUrl: string;
  apiUrl: string;
  /** Null when it is the real one. */
  simulatorUrl: string | null;
  stop: () => Promise<void>;
}>;

const realAuthorizeUrl = 'https://www.tiktok.com/v2/auth/authorize/';
const realApiUrl = 'https://open.tiktokapis.com';

/** TikTok itself when credentials are set, else the simulator. */
export const openTikTokSide = async (settings: Settings): Promise<TikTokSide> => {
  if (settings.tiktokApp === null) return (await import('./development.ts')).startDevelopmentTikTok(settings);
  return {
    ...settings.tiktokApp,
    authorizeUrl: settings.tiktok.authorizeUrl ?? realAuthorizeUrl,
    apiUrl: settings.tiktok.apiUrl ?? realApiUrl,
    simulatorUrl: null,
    stop: () => Promise.resolve(),
  };
};
