import type { CookieSerializeOptions } from '@fastify/cookie';
import { randomInt } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { secret, type Secret } from '../../../domain/values/secret.ts';

/** More flows than this at once are given up, the oldest first. */
const flowsAtOnce = 10;
const numberLimit = 1_000_000;

export interface FlowCookies {
  /** The values of all flows of this browser. */
  read(request: FastifyRequest): readonly Secret<string>[];
  /** Begins one more flow and gives up the oldest of too many. */
  add(request: FastifyRequest, reply: FastifyReply, value: Secret<string>, lifetimeSeconds: number): void;
  /** Ends the flow of this value. */
  clear(request: FastifyRequest, reply: FastifyReply, value: Secret<string>): void;
}

/** One cookie per flow, so that several tabs can connect at once. @param secure false only where browsers reach us by http */
export const flowCookies = (secure: boolean): FlowCookies => {
  const prefix = secure ? '__Host-tiktok_oauth_' : 'tiktok_oauth_';
  const options: CookieSerializeOptions = { httpOnly: true, secure, sameSite: 'lax', path: '/' };
  const name = new RegExp(`^${prefix}\\d{1,6}$`);
  // Browsers send cookies of one path in the order of their making (RFC 6265 §5.4).
  const flows = (request: FastifyRequest): readonly [string, string][] =>
    Object.entries(request.cookies).flatMap(([key, value]) => (name.test(key) && value !== undefined ? [[key, value]] : []));
  return {
    read: (request) => flows(request).map(([, value]) => secret(value)),
    add: (request, reply, value, lifetimeSeconds) => {
      const carried = flows(request);
      for (const [key] of carried.slice(0, Math.max(0, carried.length - flowsAtOnce + 1))) reply.clearCookie(key, options);
      reply.setCookie(`${prefix}${randomInt(numberLimit)}`, value.reveal(), { ...options, maxAge: lifetimeSeconds });
    },
    clear: (request, reply, value) => {
      for (const [key] of flows(request).filter(([, carried]) => carried === value.reveal())) reply.clearCookie(key, options);
    },
  };
};
