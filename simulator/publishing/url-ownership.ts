/**
 * Whether media under this address may be pulled. A property is a domain, which covers its sub-domains over https, or a
 * URL prefix that ends with a slash; only loopback prefixes may be http, with `*` for any port.
 */
export function isOwned(url: URL, properties: readonly string[]): boolean {
  return properties.some((property) => (property.includes('://') ? isUnder(url, property) : isInDomain(url, property)));
}

function isInDomain(url: URL, domain: string): boolean {
  return url.protocol === 'https:' && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
}

function isUnder(url: URL, prefix: string): boolean {
  const loopback = /^http:\/\/(localhost|127\.0\.0\.1):\*(\/.*)$/.exec(prefix);
  if (loopback !== null) return url.protocol === 'http:' && url.hostname === loopback[1] && url.pathname.startsWith(loopback[2] ?? '/');
  const isAllowed = url.protocol === 'https:' || isLoopback(url);
  return isAllowed && prefix.endsWith('/') && `${url.origin}${url.pathname}`.startsWith(prefix);
}

export const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '127.0.0.1';
