import { errAsync, okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTikTokWebhooks } from '../../../src/adapters/tiktok/webhooks.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { publicationStream } from '../../../src/application/execution/streams.ts';
import { unavailable } from '../../../src/application/failures.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import type { ClaimPorts } from '../../../src/application/webhooks/claim-publish-id.ts';
import { movePublication, type PublishWebhook } from '../../../src/application/webhooks/move-publication.ts';
import { unmatched, type WebhookOutcome } from '../../../src/application/webhooks/webhook-outcome.ts';
import type { PublicationEvent } from '../../../src/domain/publication/events.ts';
import { connectionId, postId, publicationId, publishId, webhookId, type PostId } from '../../../src/domain/values/ids.ts';
import { instant, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { delivered, failedBecause, opened, opening, otherPost, post, published, pulled, second, startOne, theirId, unknown } from '../../domain/publication/commands.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { createProjectionSealer } from '../../support/projection-sealer.ts';
import { writePublication, type WrittenPublication } from '../../support/publication-history.ts';
import { webhookBody } from '../../support/signed-webhook.ts';

const ada = connectionId('6f0e0000-0000-5000-8000-00000000000a');
const minute = 60_000;
let eventStore: EventStore;
let written: WrittenPublication[];
/** Bodies that wait in the intake; null for one that does not open. */
let waiting: (string | null)[];

beforeEach(() => {
  eventStore = createInMemoryEventStore();
  written = [];
  waiting = [];
});

const ports = (): ClaimPorts => ({
  eventStore,
  ids: systemIds,
  clock: systemClock,
  publications: {
    byPublishId: (id) => okAsync(written.find(({ record }) => record?.publishId === id)?.id ?? null),
    unanswered: (id) => okAsync(written.filter(({ connectionId: of, record }) => of === id && record?.unanswered === true).map((publication) => publication.id)),
  },
  waiting: { aboutPublications: () => okAsync(waiting.map((body, index) => ({ digest: `${index}`, body: sealed(body ?? '') }))) },
  bodies: {
    seal: (_, body) => okAsync(sealed(body.reveal())),
    open: (_, body) => (body === '' ? errAsync({ kind: 'KeyLost' }) : okAsync(secret(body))),
  },
  webhooks: createTikTokWebhooks([]),
});

const told = (changes: Partial<PublishWebhook> = {}, by: ClaimPorts = ports()): Promise<WebhookOutcome> =>
  movePublication(by, {
    webhookId: webhookId('webhook 1'),
    connectionId: ada,
    event: 'post.publish.complete',
    notice: { publishId: theirId, postId: null, failReason: null },
    createdAt: null,
    waitedMillis: 0,
    ...changes,
  });

const publication = async (...events: readonly PublicationEvent[]): Promise<WrittenPublication> => {
  const one = writePublication(eventStore, createProjectionSealer(), { connectionId: ada });
  await one.accept(events.some(({ type }) => type === 'OutcomeUnknown') ? pulled : {});
  for (const event of events) await one.append(event);
  written.push(one);
  return one;
};
const lost = () => publication(opening(), unknown('opening_unanswered'));

const last = async ({ id }: WrittenPublication): Promise<unknown> => {
  const stored = (await eventStore.read(publicationStream(id), 1, 100))._unsafeUnwrap().at(-1);
  return stored?.readable === true ? stored.event : null;
};
const types = async ({ id }: WrittenPublication) => (await eventStore.read(publicationStream(id), 1, 100))._unsafeUnwrap().map(({ type }) => type);
const parked = { kind: 'Retry', reason: unmatched };
const done = { kind: 'Done' };

describe('a webhook about a publication', () => {
  it.each([
    ['complete', 'post.publish.complete', {}, { type: 'Published', data: { postIds: [], by: 'webhook' } }],
    ['public', 'post.publish.publicly_available', { postId: post }, { type: 'Published', data: { postIds: [post], by: 'webhook' } }],
    ['in the inbox', 'post.publish.inbox_delivered', {}, { type: 'DeliveredToInbox', data: { by: 'webhook' } }],
    ['failed', 'post.publish.failed', { failReason: 'picture_size_check_failed' }, { type: 'PublishFailed', data: { reason: 'picture_size_check_failed', retryable: false } }],
    ['failed for no reason', 'post.publish.failed', {}, { type: 'PublishFailed', data: { reason: 'unknown', retryable: false } }],
    ['not public any more', 'post.publish.no_longer_publicaly_available', { postId: post }, { type: 'Published', data: { postIds: [] } }],
    ['not public any more, well spelt', 'post.publish.no_longer_publicly_available', { postId: post }, { type: 'Published', data: { postIds: [] } }],
  ] as const)('that is %s moves it on', async (_, event, says, expected) => {
    const one = await publication(opening(), opened(), delivered);
    expect(await told({ event, notice: { publishId: theirId, postId: null, failReason: null, ...says } })).toEqual(done);
    expect(await last(one)).toMatchObject(expected);
  });

  it('changes nothing when it comes again, and adds a post id that was not known', async () => {
    const one = await publication(opening(), opened(), delivered);
    const more = { publishId: theirId, postId: postId('7678907398077074696'), failReason: null };
    await told();
    await told();
    await told({ event: 'post.publish.publicly_available', notice: more });
    await told({ event: 'post.publish.publicly_available', notice: more, webhookId: webhookId('webhook 2') });
    expect((await types(one)).slice(4)).toEqual(['Published', 'PostIdsLearned']);
  });

  it('that comes before the answer to the start is stored waits for it', async () => {
    expect(await told()).toMatchObject(parked);
    const one = await publication(opening(), opened(), delivered);
    expect(await told()).toEqual(done);
    expect(await types(one)).toContain('Published');
  });

  it('that names nobody we know finds its publication by the publish_id alone', async () => {
    const one = await publication(opening(), opened(), delivered);
    expect(await told({ connectionId: null })).toEqual(done);
    expect(await types(one)).toContain('Published');
    expect(await told({ connectionId: null, notice: { publishId: publishId('another'), postId: null, failReason: null }, waitedMillis: minute })).toMatchObject(parked);
  });

  it('is tried again when the read model is away', async () => {
    const away = { ...ports().publications, byPublishId: () => errAsync(unavailable('database', 'no answer')) };
    expect(await told({}, { ...ports(), publications: away })).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });
});

describe('a publish_id that nobody has', () => {
  it('is given to the one publication whose start had no answer, once an answer would have been stored', async () => {
    const one = await lost();
    expect(await told({ waitedMillis: minute - 1 })).toMatchObject(parked);
    expect(await told({ waitedMillis: minute })).toEqual(done);
    expect(await types(one)).toEqual(['PublicationAccepted', 'UploadOpening', 'OutcomeUnknown', 'UploadOpened', 'Published']);
  });

  it('is moved on although the process ended between the two appends', async () => {
    const one = await lost();
    await one.append(opened({ attemptId: startOne, upload: null }));
    expect(await told({ waitedMillis: minute })).toEqual(done);
    expect((await types(one)).at(-1)).toBe('Published');
  });

  it('is given to none where several could be meant', async () => {
    const both = [await lost(), await lost()];
    expect(await told({ waitedMillis: 10 * minute })).toMatchObject(parked);
    expect(await Promise.all(both.map(types))).toEqual(Array(2).fill(['PublicationAccepted', 'UploadOpening', 'OutcomeUnknown']));
  });

  it('is given to none while another start is under way', async () => {
    await lost();
    await publication(opening());
    expect(await told({ waitedMillis: 10 * minute })).toMatchObject(parked);
  });

  it('is given to none where two such ids are known, or one that cannot be read', async () => {
    await lost();
    const naming = (id: string) => webhookBody({ event: 'post.publish.complete', content: JSON.stringify({ publish_id: id }) });
    waiting = [naming(theirId), naming('another')];
    expect(await told({ waitedMillis: 10 * minute })).toMatchObject(parked);
    waiting = [naming(theirId), null];
    expect(await told({ waitedMillis: 10 * minute })).toMatchObject(parked);
    waiting = [naming(theirId), naming(theirId)];
    expect(await told({ waitedMillis: 10 * minute })).toEqual(done);
  });

  it('is given all the same where the other id is that of a publication', async () => {
    const one = await lost();
    await publication(opening(), opened({ publishId: publishId('another') }));
    waiting = [webhookBody({ event: 'post.publish.complete', content: JSON.stringify({ publish_id: 'another' }) })];
    expect(await told({ waitedMillis: 10 * minute })).toEqual(done);
    expect(await types(one)).toContain('Published');
  });

  it.each([
    ['an operator called published', published()],
    ['an operator called not published', failedBecause('resolved_not_published', true)],
    ['a recent post ended', { type: 'Published', data: { postIds: [post], by: 'recent_posts', publishedAt: second(60) } } as const],
  ])('is given to none while it may be that of one that %s', async (_, end) => {
    const one = await lost();
    await one.append(end);
    const other = await lost();
    const told1 = (createdAt: Instant, postId: PostId | null = null) => told({ waitedMillis: 10 * minute, createdAt, notice: { publishId: theirId, postId, failReason: null } });
    const soon = second(60);
    const muchLater = plusMillis(soon, 30 * 24 * 60 * minute);
    expect(await told1(soon)).toMatchObject(parked);
    // Long behind its start TikTok tells of it only that it is public, or is so no more.
    expect(await told1(muchLater, otherPost)).toMatchObject(parked);
    expect(await types(other)).toEqual(['PublicationAccepted', 'UploadOpening', 'OutcomeUnknown']);
    expect(await told1(muchLater)).toEqual(done);
    expect(await types(other)).toContain('Published');
  });

  it('is not given to a publication that was requested after it happened', async () => {
    await lost();
    expect(await told({ waitedMillis: minute, createdAt: instant(Date.UTC(2020, 0, 1)) })).toMatchObject(parked);
  });

  it('of a failure that an upload without bytes may have too says nothing about a pull', async () => {
    const one = await lost();
    const failed = (failReason: string) => ({ event: 'post.publish.failed', waitedMillis: minute, notice: { publishId: theirId, postId: null, failReason } }) as const;
    expect(await told(failed('internal'))).toMatchObject(parked);
    expect(await told(failed('video_pull_failed'))).toEqual(done);
    expect(await last(one)).toMatchObject({ type: 'PublishFailed', data: { reason: 'video_pull_failed', retryable: true } });
  });

  it('is not given to one that ended for another reason', async () => {
    await publication(opening(), opened({ upload: null, publishId: publishId('its own') }), failedBecause('internal', true));
    expect(await told({ waitedMillis: 10 * minute })).toMatchObject(parked);
  });

  it('is asked about ever more seldom, an hour at most', async () => {
    expect(await told({ waitedMillis: 20 * minute })).toMatchObject({ afterMillis: minute });
    expect(await told({ waitedMillis: 20 * 24 * 60 * minute })).toMatchObject({ afterMillis: 60 * minute });
  });
});

it('a webhook that names a publication without a beginning is tried again, and writes nothing', async () => {
  const none = publicationId('6f0e0000-0000-5000-8000-00000000000b');
  const found = { ...ports().publications, byPublishId: () => okAsync(none) };
  expect(await told({}, { ...ports(), publications: found })).toMatchObject({ kind: 'Retry', reason: 'NotAccepted' });
});
