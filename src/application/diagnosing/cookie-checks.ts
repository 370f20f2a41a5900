import { failure, fine, warning, type Finding } from './check.ts';

const callbackPath = '/api/tiktok/auth/callback';

/** Whether the cookie of a connect, which belongs to one host and scheme, comes back with TikTok's callback. */
export const cookiesFinding = (publicUrl: string, redirectUri: string): Finding => {
  const [ours, theirs] = [new URL(publicUrl), new URL(redirectUri)];
  const remedy = 'Give PUBLIC_URL and TIKTOK_REDIRECT_URI the same scheme and host, those that browsers use, and register that redirect URI.';
  const apart = ours.hostname === theirs.hostname ? `over ${ours.protocol.slice(0, -1)} and comes back over ${theirs.protocol.slice(0, -1)}` : `at ${ours.hostname} and comes back at ${theirs.hostname}`;
  if (ours.hostname !== theirs.hostname || ours.protocol !== theirs.protocol) {
    return failure(`A connect begins ${apart}: its cookie stays behind, and every connect ends in invalid_state.`, remedy);
  }
  if (theirs.pathname !== callbackPath) {
    return warning(`${theirs.pathname} of the redirect URI is not ${callbackPath}.`, `The proxy in front must pass it on to ${callbackPath} with its query as it is, else every connect ends in 404.`);
  }
  return fine('The cookie of a connect comes back with its callback, and with it the state it belongs to.');
};
