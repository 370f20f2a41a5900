import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { z } from 'zod';

const listening = z.object({ port: z.number() });

/** A way to PostgreSQL that fails on demand. */
export type CuttableProxy = Readonly<{
  url: string;
  /** Ends every connection and refuses new ones. */
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  /** Passes questions on and keeps the answers. */
  swallowAnswers: () => void;
  /** Ends every connection; new ones work again as ever. */
  cut: () => void;
  close: () => Promise<void>;
}>;

export const openProxy = async (target: string): Promise<CuttableProxy> => {
  const server = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let swallowing = false;
  let listener: Server | null = null;
  let port = 0;

  const accept = (client: Socket): void => {
    const upstream = connect(Number(server.port), server.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (!swallowing) client.write(bytes);
    });
  };

  const comeBack = async (): Promise<void> => {
    listener = createServer(accept).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    port = listening.parse(listener.address()).port;
  };
  const cut = (): void => {
    swallowing = false;
    for (const pair of [...pairs]) for (const socket of pair) socket.destroy();
  };
  const goAway = async (): Promise<void> => {
    const closed = listener === null ? undefined : once(listener, 'close');
    listener?.close();
    listener = null;
    cut();
    await closed;
  };

  await comeBack();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    goAway,
    comeBack,
    swallowAnswers: () => {
      swallowing = true;
    },
    cut,
    close: goAway,
  };
};
