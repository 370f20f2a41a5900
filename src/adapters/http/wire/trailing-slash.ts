import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether an address ends in a slash; none of ours does but the root. */
export const endsInSlash = (url: string): boolean => /^\/[^?#]*\/([?#]|$)/.test(url);

/** The router takes `/v1/connections/` for a connection with an empty id; nothing is there. */
export const refuseTrailingSlash = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
  if (!request.is404 && endsInSlash(request.url)) reply.callNotFound();
  else done();
};
