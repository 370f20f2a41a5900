import type { GuardedFetch } from '../adapters/http/principals/user-token.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** A `fetch` for keys of the identity provider. Loads its client with the first call. */
export const guardedFetch =
  (outbound: OutboundCalls): GuardedFetch =>
  async (url, { headers, method, signal }) => {
    const [undici, dispatcher] = await Promise.all([import('undici'), outbound.dispatcher()]);
    const { statusCode, headers: answered, body } = await undici.request(url, {
      dispatcher,
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(headers)),
      signal: signal ?? null,
    });
    const type = answered['content-type'];
    return new Response(await body.text(), { status: statusCode, headers: typeof type === 'string' ? { 'content-type': type } : {} });
  };
