import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { simulatedApp, startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';

type Received = Readonly<{ header: string; text: string }>;

const envelope = z.object({ client_key: z.string(), event: z.string(), create_time: z.number(), user_openid: z.string().optional(), content: z.string() });
const delivered = z.object({ webhooks: z.array(z.object({ status: z.string(), tries: z.array(z.object({ status: z.number().nullable() })) })) });

let received: Received[];
let statuses: number[];
let listener: Server;
let simulator: Simulator;
let tiktok: SimulatorControl;

beforeEach(async () => {
  received = [];
  statuses = [];
  listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ header: String(request.headers['tiktok-signature']), text: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  simulator = await startSimulator({ quiet: true, webhookUrl: `http://127.0.0.1:${port}/hook`, apps: [simulatedApp()] });
  tiktok = simulatorControl(simulator.url);
});
afterEach(async () => {
  await simulator.stop();
  listener.closeAllConnections();
  listener.close();
});

const challenge = '2191116dffc428404194e502bb0cdd6fb59b1106202c923f0d22a0e4d6361c5a';
const grant = (account: string): Promise<unknown> =>
  tiktok.decide(
    `${simulator.authorizeUrl}?client_key=${simulator.app.clientKey}&scope=user.info.basic&response_type=code&state=s&disable_auto_auth=1&redirect_uri=${encodeURIComponent('http://localhost:3000/callback')}&code_challenge=${challenge}&code_challenge_method=S256`,
    { account },
  );
const come = (count: number) => vi.waitFor(() => expect(received).toHaveLength(count), { timeout: 10_000 });
const reasons = (): readonly unknown[] => received.map(({ text }) => z.unknown().parse(JSON.parse(envelope.parse(JSON.parse(text)).content)));

describe('the simulator', () => {
  it('tells the app when a person removes it, signed as TikTok signs', async () => {
    await grant('ada');
    const openId = await tiktok.openId('ada');
    await tiktok.removeApp('ada');
    await come(1);
    const [{ header, text } = { header: '', text: '' }] = received;
    const [, seconds = '', signature] = /^t=(\d+),s=([0-9a-f]{64})$/.exec(header) ?? [];
    expect(createHmac('sha256', simulator.app.clientSecret).update(`${seconds}.${text}`).digest('hex')).toBe(signature);
    expect(Math.abs(Number(seconds) - Date.now() / 1_000)).toBeLessThan(60);
    expect(envelope.parse(JSON.parse(text))).toMatchObject({ client_key: simulator.app.clientKey, event: 'authorization.removed', user_openid: openId, content: '{"reason":1}' });
  });

  it('tells nobody where the app has no address', async () => {
    await tiktok.changeApp(simulator.app.clientKey, { webhook_url: null });
    await grant('ada');
    await tiktok.removeApp('ada');
    expect(delivered.parse(await tiktok.ask('GET', '/webhooks')).webhooks).toEqual([]);
    await expect(tiktok.ask('POST', '/webhooks', { event: 'x' })).rejects.toThrow('no webhook_url');
  });

  it('tries again until it is answered with 200, signed anew', async () => {
    statuses = [500, 401];
    await tiktok.ask('POST', '/webhooks', { event: 'video.publish.completed', content: { share_id: 'v1' } });
    await come(3);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    await vi.waitFor(async () => expect(delivered.parse(await tiktok.ask('GET', '/webhooks')).webhooks).toMatchObject([{ status: 'delivered', tries: [{ status: 500 }, { status: 401 }, { status: 200 }] }]));
  });

  it('sends one as often as it is told to, and as late', async () => {
    const begun = performance.now();
    await tiktok.ask('POST', '/webhooks', { event: 'post.publish.complete', copies: 3, delay_ms: 150, create_time: 1_700_000_000, user_openid: 'somebody' });
    await come(3);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(145);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    expect(JSON.parse(received[0]?.text ?? '')).toMatchObject({ create_time: 1_700_000_000, user_openid: 'somebody' });
  });

  it.each([
    ['as_sent', [0, 1, 2, 3]],
    ['reversed', [3, 2, 1, 0]],
  ])('holds webhooks back and lets them go %s', async (order, expected) => {
    await tiktok.ask('PATCH', '/settings', { webhooks: { held: true } });
    for (const reason of [0, 1, 2, 3]) await tiktok.ask('POST', '/webhooks', { event: 'authorization.removed', content: { reason } });
    expect(received).toEqual([]);
    expect(await tiktok.ask('POST', '/webhooks/release', { order })).toEqual({ released: 4 });
    await come(4);
    expect(reasons()).toEqual(expected.map((reason) => ({ reason })));
  });

  it('forgets what it was to send when it is cleared or reset', async () => {
    await tiktok.ask('POST', '/webhooks', { event: 'late', delay_ms: 60_000 });
    await tiktok.ask('DELETE', '/webhooks');
    await tiktok.ask('POST', '/webhooks', { event: 'late', delay_ms: 60_000 });
    await tiktok.ask('POST', '/reset');
    expect(delivered.parse(await tiktok.ask('GET', '/webhooks')).webhooks).toEqual([]);
  });
});
