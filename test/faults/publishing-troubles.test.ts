import { errAsync } from 'neverthrow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { failReasons } from '../../simulator/world/publish-task.ts';
import { userId } from '../../src/domain/values/ids.ts';
import { createGate } from '../support/gate.ts';
import type { FateRule, FaultRule } from '../support/simulator-control.ts';
import { createPublishingWorld, type Case, type Drafted, type PublishingWorld } from './publishing-world.ts';

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
});
afterEach(() => world.world.tiktok.clearFaults());
afterAll(() => world.close());

const day = 24 * 3_600_000;
const ours = ({ mediaId }: Drafted) => ({ source: { type: 'media', mediaId } }) as const;
const pulled = ({ url }: Drafted) => ({ source: { type: 'url', url, transfer: 'pull' } }) as const;
const photos = ({ url }: Drafted) => ({ source: { type: 'photos', urls: [url], coverIndex: 0 } }) as const;

const whole = async (one: Case): Promise<Readonly<{ status: string | undefined; reason: string | null | undefined; posts: number }>> => {
  const last = await world.shown(one.keyed.id);
  return { status: last?.status, reason: last?.statusReason, posts: (await world.posts(one)).length };
};

type Trouble = Readonly<{
  what: string;
  faults?: readonly FaultRule[];
  fate?: FateRule;
  draft?: (made: Drafted) => ReturnType<typeof ours> | ReturnType<typeof pulled> | ReturnType<typeof photos>;
  ends: Readonly<{ status: string; reason: string | null; posts: number }>;
}>;

const once = { status: 'published', reason: null, posts: 1 } as const;
const unknown = (posts: number, reason = 'opening_unanswered') => ({ status: 'outcome_unknown', reason, posts });
const failed = (reason: string) => ({ status: 'failed', reason, posts: 0 });
const error = (endpoint: string, code: string, status: number, times = 1): FaultRule => ({ endpoint, times, action: { type: 'error', code, status } });
const cut = (endpoint: string, when: 'before' | 'after'): FaultRule => ({ endpoint, when, action: { type: 'drop' } });

const troubles: readonly Trouble[] = [
  { what: 'a start that TikTok could not take', faults: [error('init.video', 'internal_error', 500, 3)], ends: once },
  { what: 'a start of which TikTok heard nothing', faults: [cut('init.video', 'before')], ends: once },
  { what: 'a start whose answer is lost', faults: [cut('init.video', 'after')], ends: once },
  { what: 'every start lost but the last', faults: [{ ...cut('init.video', 'after'), times: 4 }], ends: once },
  { what: 'a start answered with a page', faults: [{ endpoint: 'init.video', when: 'after', action: { type: 'html' } }], ends: once },
  { what: 'half an answer to a start', faults: [{ endpoint: 'init.video', when: 'after', action: { type: 'truncate', hang_up: true } }], ends: once },
  { what: 'a start that comes too soon after others', faults: [error('init.video', 'rate_limit_exceeded', 429, 2)], ends: once },
  { what: 'a creator who has posted enough for today', faults: [error('init.video', 'spam_risk_too_many_posts', 403)], ends: once },
  { what: 'an app whose creators are too many for today', faults: [error('init.video', 'reached_active_user_cap', 403)], ends: once },
  { what: 'a token that TikTok takes no more', faults: [{ endpoint: 'init.video', action: { type: 'expire' } }], ends: once },
  { what: 'a start that TikTok refuses', faults: [error('init.video', 'unaudited_client_can_only_post_to_private_accounts', 403)], ends: failed('unaudited_client_can_only_post_to_private_accounts') },
  { what: 'a pull whose start is lost on the way back', draft: pulled, faults: [cut('init.video', 'after')], ends: unknown(1) },
  { what: 'a pull whose start is lost on the way there', draft: pulled, faults: [cut('init.video', 'before')], ends: unknown(0) },
  { what: 'a pull that TikTok could not take', draft: pulled, faults: [error('init.video', 'internal_error', 500, 2)], ends: once },
  { what: 'photos whose start is lost on the way back', draft: photos, faults: [cut('init.photo', 'after')], ends: unknown(1) },
  { what: 'a chunk that TikTok could not take', faults: [{ endpoint: 'upload', times: 3, action: { type: 'respond', status: 503 } }], ends: once },
  { what: 'a chunk whose answer is lost', faults: [cut('upload', 'after')], ends: once },
  { what: 'a chunk that breaks off', faults: [{ endpoint: 'upload', times: 6, action: { type: 'drop', after_bytes: 1_000 } }], ends: once },
  { what: 'a chunk out of step', faults: [{ endpoint: 'upload', action: { type: 'respond', status: 416 } }], ends: once },
  { what: 'an upload address that has expired', faults: [{ endpoint: 'upload', times: null, action: { type: 'respond', status: 403 } }], ends: failed('upload_expired') },
  {
    what: 'an upload address that has expired while TikTok does not say which bytes it has',
    faults: [
      { endpoint: 'upload', times: null, action: { type: 'respond', status: 403 } },
      { endpoint: 'status', times: null, action: { type: 'transform', delete: ['data.uploaded_bytes'] } },
    ],
    ends: unknown(0, 'processing_never_ended'),
  },
  { what: 'an upload address that expires behind the last byte', faults: [{ endpoint: 'upload', when: 'after', action: { type: 'respond', status: 403 } }], ends: once },
  { what: 'a person who removes the app during the upload', faults: [{ endpoint: 'upload', action: { type: 'revoke' } }], ends: unknown(0, 'cannot_be_asked') },
  { what: 'a status that cannot be had at first', faults: [error('status', 'internal_error', 500, 3), error('status', 'rate_limit_exceeded', 429)], ends: once },
  { what: 'a publish_id that TikTok knows no more', faults: [error('status', 'invalid_publish_id', 400)], ends: unknown(1, 'cannot_be_asked') },
  { what: 'processing that never ends', fate: { stuck: true }, ends: unknown(0, 'processing_never_ended') },
  // TikTok's complete documented list.
  ...failReasons.map((reason): Trouble => {
    const draft = reason === 'video_pull_failed' ? pulled : reason === 'photo_pull_failed' ? photos : ours;
    return { what: `a post that TikTok fails: ${reason}`, draft, fate: { fail_reason: reason }, ends: failed(reason) };
  }),
];

describe('publishing', () => {
  it.each(troubles)('survives $what', { timeout: 60_000 }, async ({ faults = [], fate, draft = ours, ends }) => {
    const one = await world.begin(draft);
    const { account } = one.person;
    if (faults.length > 0) await world.world.tiktok.addFaults(...faults.map((rule) => ({ ...rule, account })));
    if (fate !== undefined) await world.world.tiktok.addFates({ ...fate, account });
    await world.run(one, world.ports(one));
    expect(await whole(one)).toEqual(ends);
  });

  const leave = async ({ person, connectionId }: Case): Promise<void> => {
    const ended = await disconnect(world.world.gated(createGate()), world.world.context(), { kind: 'user', userId: userId(person.user) }, connectionId);
    expect(ended._unsafeUnwrap().status).toBe('disconnected');
  };

  it('ends with the life of its connection, before TikTok has heard of it', async () => {
    const one = await world.begin(ours);
    await world.request(one, world.ports(one));
    await leave(one);
    await world.goOn(one, world.ports(one));
    expect(await whole(one)).toEqual(failed('not_connected'));
  });

  /** Up to the moment at which TikTok has begun and no byte was sent. */
  const begun = async () => {
    const one = await world.begin(ours);
    const ports = world.ports(one);
    const stop = new AbortController();
    await world.request(one, ports);
    const start: typeof ports.publishing.start = (token, request) => ports.publishing.start(token, request).andTee(() => stop.abort());
    await world.goOn(one, { ...ports, publishing: { ...ports.publishing, start } }, stop.signal);
    expect((await world.types(one.keyed.id)).at(-1)).toBe('UploadOpened');
    return { one, ports };
  };

  it.each([['unknown', 'media_gone'], ['expired', 'media_gone'], ['changed', 'media_changed']] as const)('fails where the file is %s, once TikTok has shown that it lacks bytes', async (reason, said) => {
    const { one, ports } = await begun();
    await world.goOn(one, { ...ports, media: { ...ports.media, open: () => errAsync({ kind: 'MediaGone', reason }) } });
    expect(await whole(one)).toEqual(failed(said));
    expect((await world.shown(one.keyed.id))?.retryable).toBe(false);
  });

  it('of a file that is gone but that TikTok has whole goes on', async () => {
    const { one, ports } = await begun();
    const lost = { putChunk: (...chunk: Parameters<typeof ports.uploads.putChunk>) => ports.uploads.putChunk(...chunk).andThen(() => errAsync({ kind: 'SourceFailed', reason: 'gone' } as const)) };
    const stop = new AbortController();
    await world.goOn(one, { ...ports, uploads: { putChunk: (...chunk) => lost.putChunk(...chunk).orTee(() => stop.abort()) } }, stop.signal);
    await world.goOn(one, { ...ports, media: { ...ports.media, open: () => errAsync({ kind: 'MediaGone', reason: 'unknown' }) } });
    expect(await whole(one)).toEqual(once);
  });

  it('whose connection ended when the only chunk may have been sent is of unknown outcome, at once', async () => {
    const { one, ports } = await begun();
    await leave(one);
    await world.goOn(one, ports);
    expect(await whole(one)).toEqual(unknown(0, 'cannot_be_asked'));
    expect(Date.parse(one.now()) - Date.now()).toBeLessThan(60_000);
  });

  it('waits for a consent, a week and more, without a long history', async () => {
    const one = await world.begin(ours);
    await world.request(one, world.ports(one));
    await world.world.tiktok.removeApp(one.person.account);
    one.pass(2 * day);
    const stop = new AbortController();
    const patient: Case = {
      ...one,
      pass: (millis) => {
        one.pass(millis);
        if (Date.parse(one.now()) - Date.now() > 9 * day) stop.abort();
      },
    };
    await world.goOn(patient, world.ports(one), stop.signal);
    expect(await whole(one)).toEqual({ status: 'queued', reason: 'reauthorization_required', posts: 0 });
    expect((await world.types(one.keyed.id)).length).toBeLessThan(50);
  });
});
