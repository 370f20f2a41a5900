/** Why a `return_to` was refused, in words for the caller. */
export type ReturnRefused = Readonly<{ kind: 'ReturnRefused'; reason: string }>;

const place = (address: URL): string => `${address.origin}${address.pathname}`;

/**
 * The address that `return_to` names, when its origin and path stand on the list (compared after URL parsing); its
 * query is kept. Refused: relative addresses, other schemes, user information, places that are not listed.
 */
export const allowedReturn = (returnTo: string, allowlist: readonly string[]): URL | ReturnRefused => {
  const refused = (reason: string): ReturnRefused => ({ kind: 'ReturnRefused', reason });
  if (!URL.canParse(returnTo)) return refused('is not an absolute URL');
  const address = new URL(returnTo);
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return refused('must begin with https:// or http://');
  if (address.username !== '' || address.password !== '') return refused('must not carry user information');
  const allowed = allowlist.some((entry) => URL.canParse(entry) && place(new URL(entry)) === place(address));
  return allowed ? address : refused('is not on RETURN_URL_ALLOWLIST');
};

const outcomeNames: ReadonlySet<string> = new Set(['tiktok_success', 'tiktok_error']);

/** A part of a query as it stands in an address, `name=value`. */
const isOutcome = (part: string): boolean => [...new URLSearchParams(part).keys()].some((name) => outcomeNames.has(name));

/** The return address with the outcome added to its own query, of which each part stays as it is spelt. */
export const withOutcome = (returnTo: string, outcome: readonly [name: 'tiktok_success' | 'tiktok_error', value: string]): string => {
  const address = new URL(returnTo);
  const kept = address.search.slice(1).split('&').filter((part) => part !== '' && !isOutcome(part));
  address.search = [...kept, new URLSearchParams({ [outcome[0]]: outcome[1] }).toString()].join('&');
  return address.href;
};
