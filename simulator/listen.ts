import type { FastifyInstance } from 'fastify';

/**
 * Listens and returns the origin, without a trailing slash.
 * @throws Error with a sentence for people
 */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? problem.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new Error(
        `Port ${port} on ${host} is in use: stop the program that listens there, or give the simulator another port (SIMULATOR_PORT).`,
        { cause: problem },
      );
    }
    throw problem;
  }
  const address = server.server.address();
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${typeof address === 'object' && address !== null ? address.port : port}`;
}
