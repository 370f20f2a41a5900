const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopback(redirectUri: string): boolean {
  return URL.canParse(redirectUri) && loopbackHosts.has(new URL(redirectUri).hostname);
}

/**
 * Whether a redirect URI is one of those registered: byte for byte, except that a registered address may have `*` for
 * its port and at the end of its path.
 */
export function isRegistered(registered: readonly string[], redirectUri: string): boolean {
  if (redirectUri.length >= 512 || /[?#\s\\]/.test(redirectUri) || !URL.canParse(redirectUri)) return false;
  return registered.some((entry) => entry === redirectUri || asPattern(entry).test(redirectUri));
}

function asPattern(entry: string): RegExp {
  const literal = entry.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/:\\\*(?=\/|$)/, ':\\d{1,5}').replace(/\\\*$/, '[^?#]*')}$`);
}
