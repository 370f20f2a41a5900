import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

export interface BalancingProxy {
  readonly url: string;
  /** Requests that a replica did not answer, by what went wrong. */
  readonly failures: readonly string[];
  /** How many each replica has answered, by its address. */
  readonly answered: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const lookMillis = 200;

/**
 * Sends requests by turns to those replicas that say they are ready, over connections that it keeps. It repeats nothing: a
 * request that a replica drops is a failure.
 */
export const openBalancingProxy = async (replicas: readonly string[]): Promise<BalancingProxy> => {
  const failures: string[] = [];
  const answered = new Map<string, number>();
  const ready = new Set<string>();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  const look = async (url: string): Promise<void> => {
    const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5 * lookMillis) }).then(
      (answer) => answer.body?.cancel().then(() => answer.ok) ?? answer.ok,
      () => false,
    );
    if (isReady) ready.add(url);
    else ready.delete(url);
  };
  let looking = Promise.resolve();
  const looks = setInterval(() => {
    looking = looking.then(async () => void (await Promise.all(replicas.map(look))));
  }, lookMillis);
  await Promise.all(replicas.map(look));

  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const choice = [...ready];
    const url = choice[(turn += 1) % Math.max(1, choice.length)];
    const fail = (why: string): void => {
      failures.push(`${request.method} ${request.url}: ${why}`);
      response.writeHead(502).end();
    };
    if (url === undefined) return fail('no replica is ready');
    const onward = httpRequest(`${url}${request.url}`, { agent, method: request.method, headers: request.headers }, (answer) => {
      answered.set(url, (answered.get(url) ?? 0) + 1);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', (error) => fail(error.message));
    request.pipe(onward);
    return undefined;
  };
  const server = createServer(pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}`,
    failures,
    answered,
    close: async () => {
      clearInterval(looks);
      await looking;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
};
