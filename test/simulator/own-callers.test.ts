import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { connect, control } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

type Answer = Readonly<{ status: number | undefined; body: string }>;

/** `fetch` would not send these headers as they are. */
async function send(simulator: Simulator, method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const call = request(`${simulator.url}${path}`, { method, headers });
  const answered = new Promise<Answer>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
  });
  call.end();
  await once(call, 'finish');
  return answered;
}

const guarded = [
  ['POST', '/_control/reset'],
  ['GET', '/_control/tokens'],
  ['GET', '/_control/nowhere'],
  ['POST', '/_simulator/revoke'],
  ['POST', '/_simulator/advance'],
  ['GET', '/'],
] as const;

describe.each(guarded)('%s %s', (method, path) => {
  it.each(['https://elsewhere.example', 'http://127.0.0.1:1', 'null'])('is refused to a page of %s', async (origin) => {
    const simulator = await startedSimulator();
    const { status, body } = await send(simulator, method, path, { origin });
    expect([status, body]).toEqual([403, expect.stringMatching(/^\{"error":"The simulator takes no requests here from pages of .+\."\}$/)]);
  });

  it.each(['rebound.example', 'rebound.example:3010', '127.0.0.1.rebound.example', '127.rebound.example'])(
    'is refused under the name "%s"',
    async (host) => {
      const simulator = await startedSimulator({ publicUrl: 'https://simulator.example' });
      const { status, body } = await send(simulator, method, path, { host });
      expect([status, body]).toEqual([403, expect.stringMatching(/^\{"error":"The simulator does not answer here as .+ --public-url\."\}$/)]);
    },
  );
});

describe('the control endpoint', () => {
  it('changes nothing for another page', async () => {
    const simulator = await startedSimulator();
    await connect(simulator, 'ada');
    await send(simulator, 'POST', '/_control/reset', { origin: 'https://elsewhere.example' });
    expect(await control(simulator, '/grants')).toMatchObject({ grants: [{ account: 'ada' }] });
  });

  it.each(['localhost', 'localhost:8080', 'app.localhost:3010', '127.0.0.1:3010', '127.9.9.9', '[::1]:3010', 'simulator.example'])(
    'answers as %s, to programs and to its own pages',
    async (host) => {
      const simulator = await startedSimulator({ publicUrl: 'https://simulator.example' });
      expect((await send(simulator, 'GET', '/_control/clock', { host })).status).toBe(200);
      expect((await send(simulator, 'POST', '/_control/reset', { host, origin: `http://${host}` })).status).toBe(200);
    },
  );

  it('answers pages of the public URL', async () => {
    const simulator = await startedSimulator({ publicUrl: 'https://simulator.example' });
    const headers = { host: 'simulator.example', origin: 'https://simulator.example' };
    expect((await send(simulator, 'POST', '/_control/reset', headers)).status).toBe(200);
  });
});

describe("the start page's forms", () => {
  it('tell browsers to say whose they are', async () => {
    const simulator = await startedSimulator();
    expect((await fetch(simulator.url)).headers.get('referrer-policy')).toBe('same-origin');
  });

  it('work from that page', async () => {
    const simulator = await startedSimulator();
    expect((await send(simulator, 'POST', '/_simulator/advance', { origin: simulator.url })).status).toBe(303);
  });
});
