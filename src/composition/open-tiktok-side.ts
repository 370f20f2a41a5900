import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

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
