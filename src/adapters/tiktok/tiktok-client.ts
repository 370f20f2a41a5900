import type { TikTokAuthorization, TikTokTokens, TikTokUsers } from '../../application/ports/tiktok.ts';
import { send, type Wire } from './answer.ts';
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
    exchangeCode: (code, codeVerifier) => {
      const request = exchangeRequest(settings, code, codeVerifier);
      return send(wire, request, timeouts.token).andThen((answer) => tokenAnswer(answer, request.secrets));
    },
    refresh: (refreshToken) => {
      const request = refreshRequest(settings, refreshToken);
      return send(wire, request, timeouts.token).andThen((answer) => refreshAnswer(answer, request.secrets));
    },
    revoke: (accessToken, timeoutMillis) => {
      const request = revokeRequest(settings, accessToken);
      return send(wire, request, timeoutMillis).andThen((answer) => revokeAnswer(answer, request.secrets));
    },
    userInfo: (accessToken, scopes) => {
      const request = userInfoRequest(accessToken, scopes);
      return send(wire, request, timeouts.userInfo).andThen((answer) => userInfoAnswer(answer, request.secrets));
    },
  };
};
