import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/** @returns the port if it is free on 127.0.0.1 (0: any free one), undefined if something else listens there */
export const freePort = (wanted: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: loopback, port: wanted, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(port));
    });
  });
