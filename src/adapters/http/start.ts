import type { FastifyInstance } from 'fastify';
import type { Draining } from './draining.ts';

export type ListenAddress = Readonly<{ host: string; port: number }>;

export type RunningHttp = Readonly<{
  /** As bound, e.g. `http://127.0.0.1:3000`. */
  address: string;
  /**
   * Where somebody looks regularly whether this replica is ready it says no for a while and goes on answering. Then it takes no
   * new connection, lets requests in flight end, closes idle connections at once and whatever is left after `limitMillis` in all.
   */
  stop: (limitMillis: number) => Promise<void>;
}>;

const idleCheckMillis = 50;

/** Begins to listen. @throws when the address is taken or not ours */
export const startHttp = async (app: FastifyInstance, { host, port }: ListenAddress, draining: Pick<Draining, 'begin'>): Promise<RunningHttp> => {
  const address = await app.listen({ host, port });
  const stop = async (limitMillis: number): Promise<void> => {
    const waited = await draining.begin();
    // A connection that was busy when the stop began stays open after its answer, waiting for a next request.
    const idle = setInterval(() => app.server.closeIdleConnections(), idleCheckMillis);
    const limit = setTimeout(() => app.server.closeAllConnections(), Math.max(0, limitMillis - waited));
    try {
      await app.close();
    } finally {
      clearInterval(idle);
      clearTimeout(limit);
    }
  };
  return { address, stop };
};
