import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startHttp, type RunningHttp } from '../../../../src/adapters/http/start.ts';
import { problemIn } from '../../../support/http-app.ts';
import {
  acknowledged,
  as,
  complete,
  createPublishingStage,
  failed,
  opening,
  service,
  uploading,
  type Headers,
  type PublishingStage,
} from '../../../support/publishing-stage.ts';

/** Nobody looks whether it is ready. */
const unwatched = { begin: () => Promise.resolve(0) };

type Seen = Readonly<{ id: string; status: string; revision: number }>;

const shown = z.object({ status: z.string(), revision: z.number() });

const eventsIn = (text: string): readonly Seen[] =>
  [...text.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id = '', data = '']) => ({ id, ...shown.parse(JSON.parse(data)) }));

let stage: PublishingStage;
let running: RunningHttp;
let ada: string;
const leaving: AbortController[] = [];

/** Follows over a socket; each call of `next` waits for one more event. */
const follow = async (id: string, headers: Headers = service) => {
  const left = new AbortController();
  leaving.push(left);
  const answer = await fetch(`${running.address}/v1/publications/${id}/events`, { headers, signal: left.signal });
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let seen = 0;
  const next = async (): Promise<Seen | null> => {
    for (;;) {
      const event = eventsIn(text)[seen];
      if (event !== undefined) {
        seen += 1;
        return event;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
  return { status: answer.status, headers: answer.headers, next, text: () => text, leave: () => left.abort() };
};

const inject = (id: string, headers: Headers = service) => stage.http.call({ url: `/v1/publications/${id}/events`, headers });

beforeAll(async () => {
  stage = await createPublishingStage();
  ada = await stage.connect('user-a');
  running = await startHttp(stage.http.app, { host: '127.0.0.1', port: 0 }, unwatched);
});
afterEach(() => {
  for (const left of leaving.splice(0)) left.abort();
});
afterAll(async () => {
  await running.stop(1_000);
  await stage.close();
});

describe('the events of a publication', () => {
  it('show it as it is, then each change once and in order, and end with it', async () => {
    const id = await stage.accepted(ada);
    const watching = await follow(id, as('user-a'));
    expect([watching.status, watching.headers.get('content-type'), watching.headers.get('cache-control')]).toEqual([200, 'text/event-stream', 'no-store']);
    expect(await watching.next()).toEqual({ id: '1', status: 'queued', revision: 1 });
    await stage.advance(id, opening(), uploading(2));
    expect([await watching.next(), await watching.next()]).toEqual([
      { id: '2', status: 'queued', revision: 2 },
      { id: '3', status: 'uploading', revision: 3 },
    ]);
    await stage.advance(id, acknowledged(1), acknowledged(2), complete());
    const rest = [await watching.next(), await watching.next(), await watching.next(), await watching.next(), await watching.next()];
    expect(rest.map((event) => event?.status ?? 'the end')).toEqual(['uploading', 'uploading', 'processing', 'published', 'the end']);
    expect(watching.text()).not.toContain('s1.');
  });

  it('begin with what it is now, not with what it was', async () => {
    const id = await stage.accepted(ada);
    await stage.advance(id, opening(), uploading(3), acknowledged(1));
    expect(await (await follow(id)).next()).toEqual({ id: '4', status: 'uploading', revision: 4 });
  });

  it('go on behind the last one that was received, leaving none out', async () => {
    const id = await stage.accepted(ada);
    const first = await follow(id);
    const last = (await first.next())?.id ?? '';
    first.leave();
    await stage.advance(id, opening(), uploading(2), acknowledged(1));
    const again = await follow(id, { ...service, 'last-event-id': last });
    expect([(await again.next())?.id, (await again.next())?.id, (await again.next())?.id]).toEqual(['2', '3', '4']);
    await stage.advance(id, acknowledged(2));
    expect((await again.next())?.id).toBe('5');
  });

  it('are as they are now for a revision that it has not, as after a restore', async () => {
    const id = await stage.accepted(ada);
    expect((await (await follow(id, { ...service, 'last-event-id': '99' })).next())?.id).toBe('1');
  });

  it('end at once with a final state, and are over for whoever has it', async () => {
    const id = await stage.accepted(ada);
    await stage.advance(id, failed('internal', true));
    const answer = await inject(id);
    expect([answer.statusCode, eventsIn(answer.body)]).toEqual([200, [{ id: '2', status: 'failed', revision: 2 }]]);
    expect(eventsIn((await inject(id, { ...service, 'last-event-id': '0' })).body).map((event) => event.id)).toEqual(['1', '2']);
    expect((await inject(id, { ...service, 'last-event-id': '2' })).statusCode).toBe(204);
  });

  it('are not there for anybody else', async () => {
    const id = await stage.accepted(ada);
    expect([(await inject(id, as('user-b'))).statusCode, (await inject(randomUUID())).statusCode]).toEqual([404, 404]);
    expect(problemIn(await inject(id, { ...service, 'last-event-id': 'x' })).errors.map(({ path }) => path)).toEqual(['last-event-id']);
  });

  it('are followed twenty at a time by one caller; who leaves makes room', async () => {
    const id = await stage.accepted(ada);
    const watching = await Promise.all(Array.from({ length: 20 }, () => follow(id, as('user-a'))));
    const refused = await follow(id, as('user-a'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect((await follow(id)).status).toBe(200);
    watching[0]?.leave();
    await expect.poll(async () => (await follow(id, as('user-a'))).status).toBe(200);
  });

  it('answer a question for their headers alone, and keep no place for it', async () => {
    const id = await stage.accepted(ada);
    for (let count = 0; count < 25; count += 1) {
      const answer = await fetch(`${running.address}/v1/publications/${id}/events`, { method: 'HEAD', headers: as('user-a') });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    }
  });

  it('end when the service stops, so that nobody holds it up', async () => {
    const another = await stage.world.another({ publishing: stage.publishing });
    const address = await startHttp(another.app, { host: '127.0.0.1', port: 0 }, unwatched);
    const id = await stage.accepted(ada);
    const answer = await fetch(`${address.address}/v1/publications/${id}/events`, { headers: service });
    const read = answer.text();
    const begun = performance.now();
    await address.stop(10_000);
    expect(eventsIn(await read)).toEqual([{ id: '1', status: 'queued', revision: 1 }]);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
