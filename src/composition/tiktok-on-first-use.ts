import { ResultAsync } from 'neverthrow';
import type { Dispatcher } from 'undici';
import { authorizeUrl } from '../adapters/tiktok/authorize-url.ts';
import type { TikTokClientSettings } from '../adapters/tiktok/settings.ts';
import type { TikTokAuthorization, TikTokTokens, TikTokTransient, TikTokUsers } from '../application/ports/tiktok.ts';
import { onFirstUse } from './on-first-use.ts';

type TikTok = TikTokAuthorization & TikTokTokens & TikTokUsers;

/** Nothing was sent, so the call had no effect and may be made again. */
const notLoaded = (): TikTokTransient => ({ kind: 'TikTokTransient', tiktok: null, reason: 'the client for TikTok could not be loaded' });

/** TikTok's API for one app. The client is loaded by the first call; sending a browser to TikTok needs none. */
export const tiktokOnFirstUse = (settings: Omit<TikTokClientSettings, 'dispatcher'>, dispatcher: () => Promise<Dispatcher>): TikTok => {
  const load = onFirstUse(async () => {
    const [{ createTikTokClient }, opened] = await Promise.all([import('../adapters/tiktok/tiktok-client.ts'), dispatcher()]);
    return createTikTokClient({ ...settings, dispatcher: opened });
  });
  const loaded = (): ResultAsync<TikTok, TikTokTransient> => ResultAsync.fromPromise(load(), notLoaded);
  return {
    usesPkce: settings.pkce !== 'off',
    authorizeUrl: (request) => authorizeUrl(settings.authorizeUrl, settings, request),
    exchangeCode: (code, codeVerifier) => loaded().andThen((client) => client.exchangeCode(code, codeVerifier)),
    refresh: (refreshToken) => loaded().andThen((client) => client.refresh(refreshToken)),
    revoke: (accessToken, timeoutMillis) => loaded().andThen((client) => client.revoke(accessToken, timeoutMillis)),
    userInfo: (accessToken, scopes) => loaded().andThen((client) => client.userInfo(accessToken, scopes)),
  };
};
