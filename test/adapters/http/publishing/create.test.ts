import { randomUUID } from 'node:crypto';
import { errAsync, okAsync } from 'neverthrow';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionStream, publicationStreams } from '../../../../src/application/execution/streams.ts';
import { unavailable } from '../../../../src/application/failures.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { connectionId, userId } from '../../../../src/domain/values/ids.ts';
import { instant } from '../../../../src/domain/values/instant.ts';
import { problemIn } from '../../../support/http-app.ts';
import { someCreator } from '../../../support/made-up-publishing.ts';
import { as, createPublishingStage, publicationIn, service, type Body, type PublishingStage } from '../../../support/publishing-stage.ts';

let stage: PublishingStage;
let ada: string;

const requestsOf = async (id: string): Promise<number> => {
  const stored = (await stage.world.parts.publishing.eventStore.read(connectionStream(connectionId(id)), 1, 1_000))._unsafeUnwrap();
  return stored.filter(({ type }) => type === 'PublishRequested').length;
};

/** As if the service had been away for more than 24 hours. */
const forgetKeys = () => stage.world.database.pool.query('delete from tiktok_connections.idempotency_records');

beforeAll(async () => {
  stage = await createPublishingStage();
});
beforeEach(async () => {
  stage.tiktok.creator = someCreator;
  ada = await stage.connect('user-a');
});
afterAll(() => stage.close());

describe('a request to publish', () => {
  it('is accepted and answered as it waits', async () => {
    const answer = await stage.publish(stage.draft(ada));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      connection_id: ada,
      status: 'queued',
      status_reason: null,
      retryable: false,
      publish_id: null,
      post_ids: [],
      share_urls: [],
      progress: { bytes_sent: 0, bytes_total: 5_000_000 },
      not_before: null,
      revision: 1,
    });
  });

  it('waits for its time, and keeps its file at least as long', async () => {
    const media = stage.media.add();
    const at = new Date(Date.now() + 86_400_000).toISOString();
    const answer = await stage.publish(stage.draft(ada, { schedule_at: at, source: { type: 'media', media_id: media.id } }));
    expect(answer.json()).toMatchObject({ status: 'scheduled', not_before: at });
    expect(Date.parse(stage.media.keptUntil.get(media.id) ?? '')).toBeGreaterThan(Date.parse(at) + 86_400_000);
  });

  it('takes the address of a file that is fetched by us or pulled by TikTok, and photos', async () => {
    const url = 'https://media.example.com/videos/1.mp4';
    for (const transfer of ['upload', 'pull']) {
      const answer = await stage.publish(stage.draft(ada, { source: { type: 'url', url, transfer } }));
      expect([answer.statusCode, answer.json()]).toMatchObject([202, { status: 'queued', progress: null }]);
    }
    const post = { title: '', description: 'Our #spring look', privacy_level: 'SELF_ONLY', auto_add_music: true, allow_duet: true };
    const photos = stage.draft(ada, { kind: 'photo', post, source: { type: 'photos', urls: [url, `${url}?2`], cover_index: 1 } });
    expect((await stage.publish(photos)).statusCode).toBe(202);
  });

  it('takes a draft by its words alone, without asking TikTok about the creator', async () => {
    const asked = stage.tiktok.asked.creator;
    const post = { title: 'Finish me', privacy_level: 'PUBLIC_TO_EVERYONE', brand_content: true };
    const answer = await stage.publish(stage.draft(ada, { mode: 'draft', post, consent: null }));
    expect(answer.statusCode).toBe(202);
    expect(stage.tiktok.asked.creator).toBe(asked);
  });

  it('comes from the user whose connection it is; somebody elses is not there', async () => {
    const own = stage.draft(ada, { source: { type: 'media', media_id: stage.media.add({ owner: userId('user-a') }).id } });
    expect((await stage.publish(own, { headers: as('user-a') })).statusCode).toBe(202);
    const foreign = await stage.publish(own, { headers: as('user-b') });
    const missing = await stage.publish(stage.draft(randomUUID()), { headers: as('user-b') });
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(problemIn(foreign).detail).toBe(problemIn(missing).detail);
  });
});

describe('the Idempotency-Key of a publication', () => {
  it('is required', async () => {
    const answer = await stage.http.call({ method: 'POST', url: '/v1/publications', headers: service, payload: stage.draft(ada) });
    expect([answer.statusCode, problemIn(answer).errors]).toMatchObject([400, [{ path: 'idempotency-key', message: 'is required' }]]);
  });

  it('names the same publication again, rendered anew, however the body is ordered', async () => {
    const body = stage.draft(ada);
    const first = publicationIn(await stage.publish(body, { key: 'one-post' }));
    await stage.advance(first.id, { type: 'Cancel', confirmed: false, at: instant(Date.now()) });
    const again = await stage.publish(Object.fromEntries(Object.entries(body).reverse()), { key: 'one-post' });
    expect([again.statusCode, again.json()]).toMatchObject([202, { id: first.id, status: 'cancelled', revision: 2 }]);
  });

  it('holds for ever, and tells another body from the same', async () => {
    const body = stage.draft(ada);
    const first = publicationIn(await stage.publish(body, { key: 'for-ever' }));
    await forgetKeys();
    expect((await stage.publish(body, { key: 'for-ever' })).json()).toMatchObject({ id: first.id });
    await forgetKeys();
    const other = await stage.publish({ ...body, mode: 'draft' }, { key: 'for-ever' });
    expect([other.statusCode, problemIn(other).code]).toEqual([422, 'idempotency_key_reused']);
    expect(await requestsOf(ada)).toBe(1);
  });

  it('requests nothing anew where the history is older than the key, as after a restore', async () => {
    const body = stage.draft(ada);
    await stage.publish(body, { key: 'restored' });
    const { eventStore } = stage.publishing;
    const older: EventStore = { ...eventStore, read: (stream, from, limit) => (stream.startsWith(publicationStreams) ? okAsync([]) : eventStore.read(stream, from, limit)) };
    const http = await stage.world.another({ publishing: { ...stage.publishing, eventStore: older } });
    const answer = await http.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': 'restored' }, payload: body });
    expect([answer.statusCode, await requestsOf(ada)]).toEqual([404, 1]);
  });

  it('still answers once the connection has ended', async () => {
    const body = stage.draft(ada);
    const first = publicationIn(await stage.publish(body, { key: 'before-the-end' }));
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${ada}`, headers: service });
    await forgetKeys();
    expect((await stage.publish(body, { key: 'before-the-end' })).json()).toMatchObject({ id: first.id });
  });

  it('belongs to one end user, or to all services together', async () => {
    const body = stage.draft(ada, { mode: 'draft', source: { type: 'media', media_id: stage.media.add({ owner: userId('user-a') }).id } });
    const [own, ofServices] = [await stage.publish(body, { key: 'shared', headers: as('user-a') }), await stage.publish(body, { key: 'shared' })];
    expect([own.statusCode, ofServices.statusCode]).toEqual([202, 202]);
    expect(publicationIn(own).id).not.toBe(publicationIn(ofServices).id);
  });

  it('makes one publication of 50 equal requests at once', async () => {
    const body = stage.draft(ada);
    const asked = stage.tiktok.asked.creator;
    const answers = await Promise.all(Array.from({ length: 50 }, () => stage.publish(body, { key: 'fifty' })));
    const accepted = answers.filter(({ statusCode }) => statusCode === 202);
    const waiting = answers.filter(({ statusCode }) => statusCode === 409);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length + waiting.length).toBe(50);
    expect(waiting.map((answer) => problemIn(answer).code)).toEqual(waiting.map(() => 'conflict'));
    expect(new Set(accepted.map((answer) => publicationIn(answer).id)).size).toBe(1);
    expect([await requestsOf(ada), stage.tiktok.asked.creator - asked]).toEqual([1, 1]);
  });

  it('makes one publication even where nothing holds the requests apart', async () => {
    const body = stage.draft(ada);
    const idempotency = {
      claim: () => okAsync({ kind: 'Claimed' } as const),
      complete: () => okAsync(undefined),
      release: () => okAsync(undefined),
    };
    const http = await stage.world.another({ publishing: stage.publishing, idempotency });
    const headers = { ...service, 'idempotency-key': 'unguarded' };
    const calls = Array.from({ length: 10 }, () => http.call({ method: 'POST', url: '/v1/publications', headers, payload: body }));
    const answers = await Promise.all(calls);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map((answer) => publicationIn(answer).id)).size).toBe(1);
    expect(await requestsOf(ada)).toBe(1);
  });
});

describe('a process that ends between the two appends', () => {
  const interrupted = async (key: string, body: Body) => {
    const { eventStore } = stage.publishing;
    const halting: EventStore = {
      ...eventStore,
      append: (stream, head, events) =>
        stream.startsWith(publicationStreams) ? errAsync(unavailable('event_store', 'the process ends here')) : eventStore.append(stream, head, events),
    };
    const http = await stage.world.another({ publishing: { ...stage.publishing, eventStore: halting } });
    return http.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': key }, payload: body });
  };

  it('leaves a request that the same key finishes, without asking TikTok again', async () => {
    const body = stage.draft(ada);
    expect((await interrupted('half-done', body)).statusCode).toBe(503);
    const asked = stage.tiktok.asked.creator;
    stage.tiktok.creator = { kind: 'TikTokUnclear', reason: 'away', logId: null };
    const answer = await stage.publish(body, { key: 'half-done' });
    expect([answer.statusCode, answer.json()]).toMatchObject([202, { status: 'queued' }]);
    expect([await requestsOf(ada), stage.tiktok.asked.creator]).toEqual([1, asked]);
  });

  it('leaves one that is finished even where the connection has ended since', async () => {
    const body = stage.draft(ada);
    await interrupted('half-done-and-over', body);
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${ada}`, headers: service });
    expect((await stage.publish(body, { key: 'half-done-and-over' })).statusCode).toBe(202);
  });

  it('leaves one that another body does not pass for', async () => {
    const body = stage.draft(ada);
    await interrupted('half-done-otherwise', body);
    const other = await stage.publish({ ...body, mode: 'draft' }, { key: 'half-done-otherwise' });
    expect([other.statusCode, problemIn(other).code]).toEqual([422, 'idempotency_key_reused']);
  });
});
