import type { AuthorizeRequest } from '../../application/ports/tiktok.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { codeChallenge } from './pkce.ts';
import type { TikTokApp } from './settings.ts';

/**
 * TikTok's page for this request. The client secret has no part in it: a browser sees this address.
 * @param page the full address of TikTok's authorize page
 */
export const authorizeUrl = (page: string, app: TikTokApp, request: AuthorizeRequest): Secret<string> => {
  const url = new URL(page);
  url.searchParams.set('client_key', app.clientKey);
  url.searchParams.set('scope', request.scopes.join(','));
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('redirect_uri', app.redirectUri);
  url.searchParams.set('state', request.state.reveal());
  if (app.pkce !== 'off' && request.codeVerifier !== null) {
    url.searchParams.set('code_challenge', codeChallenge(request.codeVerifier, app.pkce));
    url.searchParams.set('code_challenge_method', 'S256');
  }
  if (request.disableAutoAuth) url.searchParams.set('disable_auto_auth', '1');
  return secret(url.href);
};
