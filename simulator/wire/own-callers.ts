import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Simulation } from './endpoint.ts';

/**
 * Why a request is none that the simulator's user made, in a sentence; null when it may pass. Names other than these
 * reach a loopback address after DNS rebinding; browsers name the page a request comes from in `Origin`.
 */
function strangeness({ headers }: FastifyRequest, publicUrl: string): string | null {
  const { host = '', origin } = headers;
  const asked = URL.parse(`http://${host}`);
  if (asked === null || !(isLoopback(asked.hostname) || asked.hostname === new URL(publicUrl).hostname)) {
    return `The simulator does not answer here as ${host || 'a host without a name'}: use a loopback address, or give its address with --public-url.`;
  }
  if (origin === undefined || origin === asked.origin || origin === publicUrl) return null;
  return `The simulator takes no requests here from pages of ${origin === 'null' ? 'an origin that the browser hides' : origin}, only from its own.`;
}

const isLoopback = (hostname: string): boolean => /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** A hook that answers 403 to other sites' pages, and to names that are neither loopback nor of the public URL. */
export function ownCallersOnly({ publicUrl }: Simulation): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const problem = strangeness(request, publicUrl());
    return problem === null ? undefined : reply.code(403).send({ error: problem });
  };
}
