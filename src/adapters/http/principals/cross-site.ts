import type { FastifyRequest } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import type { HttpSettings } from '../http-deps.ts';
import type { CrossSiteWrite } from '../problems/failures.ts';
import type { Proof } from './caller.ts';

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

const isJson = (contentType: string | undefined): boolean => contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json';

const refused = (reason: string): Result<void, CrossSiteWrite> => err({ kind: 'CrossSiteWrite', reason });

/**
 * A cookie is sent along by any page, so a write that it proves must show that it comes from a page of ours. The
 * assumed user of development is as exposed, but a call without a browser carries no Origin. What development takes for
 * a proof in a header anyone can write, so there an Origin that is present counts whatever the proof. A file is no JSON;
 * its route takes none of the types that a page of another origin can send unasked, so it is kept out in the same way.
 */
export const refuseCrossSiteWrites = (settings: Pick<HttpSettings, 'publicUrl' | 'corsOrigins' | 'developmentPrincipals'>) => {
  const allowed = new Set([new URL(settings.publicUrl).origin, ...settings.corsOrigins]);
  return (request: Pick<FastifyRequest, 'method' | 'headers'>, proof: Proof, body: 'json' | 'file' = 'json'): Result<void, CrossSiteWrite> => {
    const { origin } = request.headers;
    if (readMethods.has(request.method) || (proof === 'header' && !settings.developmentPrincipals)) return ok(undefined);
    if (origin === undefined && proof !== 'cookie') return ok(undefined);
    if (origin === undefined || !allowed.has(origin)) {
      const written = settings.developmentPrincipals ? 'A write in development' : 'A write with a session cookie';
      return refused(`${written} needs an Origin that is PUBLIC_URL or on CORS_ORIGINS.`);
    }
    if (proof === 'cookie' && body === 'json' && !isJson(request.headers['content-type'])) {
      return refused('A write with a session cookie needs "Content-Type: application/json".');
    }
    return ok(undefined);
  };
};
