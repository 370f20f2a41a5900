import { isIP } from 'node:net';
import { z } from 'zod';

/** Two labels or more, and no address. */
const isDomain = (host: string): boolean => isIP(host) === 0 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host);

/** `media.example.com`, in the spelling that addresses have once they are read. */
const domainOf = (text: string): string | null => {
  if (!/^[^\s/:?#@[\]\\%]+$/.test(text) || !URL.canParse(`https://${text}`)) return null;
  const { hostname } = new URL(`https://${text}`);
  return isDomain(hostname) ? hostname : null;
};

/** `https://cdn.example.com/videos/`: TikTok wants a host with a name, a path, and a slash at its end. */
const prefixOf = (text: string): string | null => {
  if (!/^https:\/\/[^\s\\?#@]+\/$/i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return isDomain(url.hostname) ? url.href : null;
};

/** The domains and URL prefixes that TikTok has verified for the app, as its portal lists them. */
export const verifiedUrls = z.string().transform((text, context): readonly string[] => {
  const entries = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const read = entries.flatMap((entry) => (entry.includes('/') ? prefixOf(entry) : domainOf(entry)) ?? []);
  if (read.length === entries.length) return read;
  context.addIssue({ code: 'custom', message: 'neither a domain nor a URL prefix' });
  return z.NEVER;
});
