import { createServer } from 'node:http';
import { once } from 'node:events';

/** Serves `GET /metrics` on a port of its own, which is not for the public. @throws when the port is taken */
export const startMetricsServer = async (host: string, port: number, collect: () => Promise<string>): Promise<{ stop: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    collect().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
