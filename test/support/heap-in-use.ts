import { z } from 'zod';

const targets = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })]).rest(z.unknown());
const reply = z.object({ id: z.number(), result: z.looseObject({ usedSize: z.number().optional() }) });

/**
 * Bytes of the JavaScript heap that are left in use when all garbage of a process has been collected.
 * @param inspectorPort of a process that was started with `--inspect=127.0.0.1:<port>`
 */
export const heapInUse = async (inspectorPort: number): Promise<number> => {
  const [{ webSocketDebuggerUrl }] = targets.parse(await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json());
  const socket = new WebSocket(webSocketDebuggerUrl);
  const replies = new Map<number, (used: number | undefined) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = reply.parse(JSON.parse(String(data)));
    replies.get(id)?.(result.usedSize);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  });
  let asked = 0;
  const ask = (method: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      replies.set((asked += 1), resolve);
      socket.send(JSON.stringify({ id: asked, method }));
    });
  try {
    await ask('HeapProfiler.collectGarbage');
    const used = await ask('Runtime.getHeapUsage');
    if (used === undefined) throw new Error('the inspector did not say how much is in use');
    return used;
  } finally {
    socket.close();
  }
};
