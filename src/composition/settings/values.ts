import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { parseScopes } from '../../domain/values/scopes.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `localhost`, or a literal address that never leaves this machine. */
export const isLoopback = (host: string): boolean => {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(bare);
  return bare === 'localhost' || (version !== 0 && loopback.check(bare, version === 6 ? 'ipv6' : 'ipv4'));
};

const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

export const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535);

/** An http(s) address, in the spelling of the URL standard. */
export const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol))
  .transform((text) => new URL(text));

/** Scheme, host and port only. */
export const origin = httpUrl.refine((url) => url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '').transform((url) => url.origin);

export const origins = z.string().transform(list).pipe(z.array(origin));
export const urls = z.string().transform(list).pipe(z.array(httpUrl.transform((url) => url.href)));

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

/** `true`, a number of hops, or addresses and networks, as fastify takes them. */
export const trustProxy = z.string().transform((text): boolean | number | string[] => {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : list(text);
});
