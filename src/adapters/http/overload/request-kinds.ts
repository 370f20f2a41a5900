/**
 * What is turned away first and last: uploads, which may come again; questions; then what changes something or asks TikTok.
 * `always`: what is never turned away, because it does not come again (TikTok's webhooks, a person's way back from TikTok) or tells
 * about this service; and streams of events, which have a limit of their own.
 */
export type RequestKind = 'upload' | 'question' | 'act' | 'always';

const limited = /^\/(v1|dashboard|api\/tiktok)\//;
const callback = '/api/tiktok/auth/callback';
/** Questions that TikTok answers, so that many of them wait without being any load. */
const asksTikTok = /^\/v1\/connections\/[^/]+\/(creator-info|videos)$|^\/dashboard\/publish$/;
const staysOpen = /^\/v1\/publications\/[^/]+\/events$/;

/** @param url as it came, with its query */
export const requestKind = (method: string, url: string): RequestKind => {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (method === 'OPTIONS' || !limited.test(path) || path === callback || staysOpen.test(path)) return 'always';
  if (method === 'POST' && path === '/v1/media') return 'upload';
  return (method === 'GET' || method === 'HEAD') && !asksTikTok.test(path) ? 'question' : 'act';
};
