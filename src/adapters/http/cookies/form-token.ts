import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndUser } from '../../../application/execution/principal.ts';
import type { Ids } from '../../../application/ports/ids.ts';
import { secret } from '../../../domain/values/secret.ts';

export interface FormTokens {
  /** The token for the forms of a page that is shown to this user; gives the browser its cookie when it has none. */
  issue(request: FastifyRequest, reply: FastifyReply, user: EndUser): string;
  /** Whether a page shown to this user in this browser made this form. */
  proves(request: FastifyRequest, user: EndUser, token: string): boolean;
}

const spelling = /^[A-Za-z0-9_-]{43}$/;

/** Binds forms to browser and user, since a form cannot send the header that guards the other writes. */
export const formTokens = (ids: Ids, secure: boolean): FormTokens => {
  const name = secure ? '__Host-tiktok_form' : 'tiktok_form';
  const tokenOf = (cookie: string, user: EndUser): string => ids.digest(secret(JSON.stringify(['form', cookie, user.userId])));
  const cookieOf = (request: FastifyRequest): string | null => {
    const cookie = request.cookies[name];
    return cookie !== undefined && spelling.test(cookie) ? cookie : null;
  };
  return {
    issue: (request, reply, user) => {
      const carried = cookieOf(request);
      if (carried !== null) return tokenOf(carried, user);
      const fresh = ids.token().reveal();
      reply.setCookie(name, fresh, { httpOnly: true, secure, sameSite: 'lax', path: '/' });
      return tokenOf(fresh, user);
    },
    proves: (request, user, token) => {
      const cookie = cookieOf(request);
      if (cookie === null) return false;
      const expected = Buffer.from(tokenOf(cookie, user));
      const presented = Buffer.from(token);
      return expected.length === presented.length && timingSafeEqual(expected, presented);
    },
  };
};
