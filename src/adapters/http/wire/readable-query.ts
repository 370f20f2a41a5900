import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../problems/failures.ts';
import type { FieldError } from '../problems/problem.ts';
import { shortened } from '../problems/explain-issue.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes a query that is not percent-encoded UTF-8, since its sender is not to be taught. */
    anyQuery?: boolean;
  }
}

const message = 'must be percent-encoded UTF-8';
const ascii = /^[\x21-\x7e]*$/;

const decoded = (text: string): string | null => {
  if (!ascii.test(text)) return null;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The first parameter of an address that cannot be read, named as far as its name can. */
export const unreadableParameter = (url: string): FieldError | null => {
  const start = url.indexOf('?');
  if (start === -1) return null;
  const query = url.slice(start + 1).replace(/#.*$/s, '');
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    const path = decoded(name);
    if (path === null) return { path: 'querystring', message };
    if (decoded(value.join('=')) === null) return { path: shortened(path), message };
  }
  return null;
};

/** Refuses what decoders would silently replace. */
export const refuseUnreadableQuery = (request: FastifyRequest, _: FastifyReply, done: () => void): void => {
  const judged = !request.is404 && request.routeOptions.config.anyQuery !== true;
  const error = judged ? unreadableParameter(request.raw.url ?? '') : null;
  if (error !== null) refuse({ kind: 'FieldsRefused', errors: [error] });
  done();
};
