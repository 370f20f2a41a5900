import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { RequestLimit } from '../../application/limiting/request-limit.ts';
import { leastChunkBytes, mostChunkBytes } from '../../domain/publication/chunk-plan.ts';
import { parseScopes } from '../../domain/values/scopes.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `localhost`, or a literal address that never leaves this machine. */
export const isLoopback = (host: string): boolean => {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  // Names are told from addresses by their letters first: the pattern of IPv6 takes milliseconds to be compiled.
  const version = /^[\d.]+$|:/.test(bare) ? isIP(bare) : 0;
  return bare === 'localhost' || (version !== 0 && loopback.check(bare, version === 6 ? 'ipv6' : 'ipv4'));
};

const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

export const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535);

/** Whoever means production gets it, or a sentence: the other mode lets everybody name themselves. */
export const nodeEnv = z.string().refine((text) => text === 'production' || !/^\s*prod/i.test(text));

/** A name or an address to listen on. */
export const host = z.string().regex(/^[\w.:%-]+$/);

/** An http(s) address, in the spelling of the URL standard. */
const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol))
  .transform((text) => new URL(text));

/** Names no user: it would be shown to whoever is sent there. */
export const address = httpUrl.refine(({ username, password }) => username === '' && password === '');

/** Scheme, host and port only. */
export const origin = address.refine(({ pathname, search, hash }) => pathname === '/' && search === '' && hash === '').transform((url) => url.origin);

export const origins = z.string().transform(list).pipe(z.array(origin));
export const urls = z.string().transform(list).pipe(z.array(address.transform((url) => url.href)));

/** TikTok takes no larger file. */
const mostMediaBytes = 4 * 2 ** 30;

export const mediaBytes = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number)
  .refine((bytes) => bytes >= 1 && bytes <= mostMediaBytes);

export const chunkBytes = z
  .string()
  .regex(/^\d{7,8}$/)
  .transform(Number)
  .refine((bytes) => bytes >= leastChunkBytes && bytes <= mostChunkBytes);

const unitMillis: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `90m` or `7d`, as milliseconds; up to ten years. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,8}[smhd]$/)
  .transform((text) => Number.parseInt(text, 10) * (unitMillis.get(text.slice(-1)) ?? 0))
  .refine((millis) => millis <= 3_650 * 86_400_000);

const longestWindowMillis = 86_400_000;

/** `600/1m`: so many requests in a window so long; `off` is null. */
export const rateLimit = z.string().transform((text, context): RequestLimit | null => {
  if (text === 'off') return null;
  const [, requests, window] = /^([1-9]\d{0,8})\/(\w+)$/.exec(text) ?? [];
  const parsed = duration.safeParse(window);
  if (requests !== undefined && parsed.success && parsed.data <= longestWindowMillis) return { requests: Number(requests), windowMillis: parsed.data };
  context.addIssue({ code: 'custom', message: 'not a rate limit' });
  return z.NEVER;
});

export const postgresUrl = z.string().refine((text) => URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol));

export const scopes = z.string().transform((text, context) => {
  const parsed = parseScopes(text);
  if (parsed !== null && parsed.length > 0) return parsed;
  context.addIssue({ code: 'custom', message: 'not scopes' });
  return z.NEVER;
});

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const roles = z
  .string()
  .transform(list)
  .pipe(z.array(z.enum(['http', 'worker'])).min(1));

const proxyNames = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** An address, a network as `10.0.0.0/8`, or one of the names that fastify knows. */
const isProxy = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (proxyNames.has(text)) return true;
  const widest = version === 6 ? 128 : 32;
  return version !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest));
};

/** `true`, a number of hops, or addresses and networks, as fastify takes them. */
export const trustProxy = z.string().transform((text, context): boolean | number | string[] => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const proxies = list(text);
  if (proxies.length > 0 && proxies.every(isProxy)) return proxies;
  context.addIssue({ code: 'custom', message: 'not proxies' });
  return z.NEVER;
});
