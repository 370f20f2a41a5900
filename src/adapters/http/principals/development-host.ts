import type { FastifyRequest } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import type { HttpSettings } from '../http-deps.ts';
import type { ForeignHost } from '../problems/failures.ts';

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/i;

/** Probes reach the one by address; the other has its own proof, and TikTok's stand-in may know us by another name. */
const openToAll: ReadonlySet<string> = new Set(['/livez', '/webhooks/tiktok']);

/**
 * Development asks nobody for a proof, so a stranger's page whose name is made to lead to this machine (DNS rebinding)
 * could do everything; it gives itself away by the name that its browser sends.
 */
export const refuseForeignHosts = ({ publicUrl }: Pick<HttpSettings, 'publicUrl'>) => {
  const { host: ownHost } = new URL(publicUrl);
  return (request: Pick<FastifyRequest, 'headers' | 'url'>): Result<void, ForeignHost> => {
    const { host = '' } = request.headers;
    const known = loopback.test(host) || host.toLowerCase() === ownHost || openToAll.has(request.url);
    return known ? ok(undefined) : err({ kind: 'ForeignHost', publicUrl });
  };
};
