import type { TikTokAuthorization, TikTokTokens, TikTokUsers } from '../../application/ports/tiktok.ts';
import type { Wire } from './answer.ts';
import { ask } from './ask.ts';
import { authorizeUrl } from './authorize-url.ts';
import { revokeAnswer, revokeRequest } from './revoke-endpoint.ts';
import { defaultTimeouts, type TikTokClientSettings } from './settings.ts';
import { exchangeRequest, refreshAnswer, refreshRequest, tokenAnswer } from './token-endpoint.ts';
import { userInfoAnswer, userInfoRequest } from './user-info-endpoint.ts';

/** TikTok's API for one app. Every call is made once; failures hold no credential. */
export const createTikTokClient = (settings: TikTokClientSettings): TikTokAuthorization & TikTokTokens & TikTokUsers => {
  const wire: Wire = settings;
  const timeouts = { ...defaultTimeouts, ...settings.timeouts };
  return {
    usesPkce: settings.pkce !== 'off',
    authorizeUrl: (request) => authorizeUrl(settings.authorizeUrl, settings, request),
    exchangeCode: (code, codeVerifier) => ask(wire, 'token_exchange', exchangeRequest(settings, code, codeVerifier), timeouts.token, tokenAnswer),
    refresh: (refreshToken) => ask(wire, 'token_refresh', refreshRequest(settings, refreshToken), timeouts.token, refreshAnswer),
    revoke: (accessToken, timeoutMillis) => ask(wire, 'token_revoke', revokeRequest(settings, accessToken), timeoutMillis, revokeAnswer),
    userInfo: (accessToken, scopes) => ask(wire, 'user_info', userInfoRequest(accessToken, scopes), timeouts.userInfo, userInfoAnswer),
  };
};
