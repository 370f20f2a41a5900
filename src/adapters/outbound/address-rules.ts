import { isIP } from 'node:net';
import type { AddressRules } from '../../application/publishing/source-rules.ts';
import { isPublicAddress } from './public-address.ts';

const longestAddress = 2_048;

/** What two readers of an address may read differently: blanks, control characters, backslashes. */
const plainSpelling = /^https:\/\/[^\s\p{Cc}\\]+$/iu;

/** Names that never lead out of a network of one's own (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`). */
const innerName = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

const withoutDots = (name: string): string => name.replace(/\.+$/, '');

/** Null for what is no plain `https` address without user information. */
const readAddress = (text: string): URL | null => {
  if (text.length > longestAddress || !text.isWellFormed() || !plainSpelling.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const [authority = ''] = text.slice('https://'.length).split(/[/?#]/);
  return url.protocol === 'https:' && !authority.includes('@') ? url : null;
};

/** The URL standard has brought numbers in any spelling into their usual one. */
const isPublicHost = (host: string): boolean => {
  const bare = withoutDots(host.replace(/^\[(.*)\]$/, '$1'));
  if (isIP(bare) !== 0) return isPublicAddress(bare);
  return bare.includes('.') && !innerName.test(bare);
};

const isUnder = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/**
 * @param verified what TikTok has verified for the app: domains, which cover their sub-domains, and URL prefixes, which
 * begin with `https://` and end in a slash
 */
export const createAddressRules = (verified: readonly string[]): AddressRules => ({
  isPublic: (text) => {
    const url = readAddress(text);
    return url !== null && isPublicHost(url.hostname);
  },
  isVerified: (text) => {
    const url = readAddress(text);
    if (url === null || isIP(url.hostname) !== 0) return false;
    const host = withoutDots(url.hostname);
    return verified.some((entry) => (entry.startsWith('https://') ? url.href.startsWith(entry) : isUnder(host, entry)));
  },
});
