import { errAsync, okAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TikTokVideo } from '../../src/application/ports/tiktok-videos.ts';
import { advancePublication } from '../../src/application/publishing/advance-publication.ts';
import type { WorkOutcome } from '../../src/application/work-lists/work-handler.ts';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../support/gate.ts';
import type { DraftChoice, Drafted, DraftOf, PublishingPorts, PublishingWorld, Case } from './publishing-world.ts';
import { createPublishingWorld } from './publishing-world.ts';

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
  // TikTok tells seconds: whatever is posted from here on is plainly later than the start of our next second.
  await world.world.tiktok.advanceClock(5_000);
});
afterAll(() => world.close());

const hour = 3_600_000;
const pulled =
  (changes: Partial<DraftChoice> = {}): DraftOf =>
  ({ url }: Drafted) => ({ source: { type: 'url', url, transfer: 'pull' }, privacyLevel: 'PUBLIC_TO_EVERYONE', ...changes });
const photos: DraftOf = ({ url }) => ({ source: { type: 'photos', urls: [url], coverIndex: 0 }, privacyLevel: 'PUBLIC_TO_EVERYONE' });

const emptyVideo: TikTokVideo = {
  ...{ id: '', title: null, video_description: null, create_time: null, cover_image_url: null, share_url: null, duration: null },
  ...{ height: null, width: null, like_count: null, comment_count: null, share_count: null, view_count: null },
};
const nothingListed: PublishingPorts['videos'] = { list: () => okAsync({ videos: [], nextCursor: null, logId: null }) };
const loses = (endpoint: string, when: 'before' | 'after', one: Case) =>
  world.world.tiktok.addFaults({ endpoint, account: one.person.account, when, action: { type: 'drop' } });

/** A start whose answer was lost, on the way back unless told otherwise; nobody has looked for its post. */
const lost = async (draft: DraftOf = pulled(), { beside, when = 'after', endpoint = 'init.video' }: Readonly<{ beside?: Case; when?: 'before' | 'after'; endpoint?: string }> = {}): Promise<Case> => {
  const one = await world.begin(draft, beside === undefined ? {} : { beside });
  await loses(endpoint, when, one);
  await world.run(one, { ...world.ports(one), videos: nothingListed });
  expect((await world.shown(one.keyed.id))?.status).toBe('outcome_unknown');
  return one;
};
const look = (one: Case, ports: PublishingPorts = world.ports(one)): Promise<WorkOutcome> =>
  advancePublication(ports)(
    { kind: 'find_post', subject: one.keyed.id, connectionId: one.connectionId, life: 1, revision: 3, dueAt: one.now(), attempts: 1 },
    new AbortController().signal,
  );
const seen = async (one: Case) => {
  const { status, postIds } = (await world.shown(one.keyed.id)) ?? {};
  return { status, postIds };
};
const postsOf = async (one: Case): Promise<readonly string[]> => (await world.posts(one)).map(({ id }) => id);
const notYet = { kind: 'Later' };
const unknown = { status: 'outcome_unknown', postIds: [] };

describe('a start of a pull whose answer was lost', () => {
  it('ends with the one post of the account that has its title, and its id', async () => {
    const one = await lost();
    expect(await look(one)).toEqual({ kind: 'Done' });
    const [post, ...more] = await postsOf(one);
    expect(more).toEqual([]);
    expect(await seen(one)).toEqual({ status: 'published', postIds: [post] });
    expect((await world.history(one.keyed.id)).at(-1)?.event).toMatchObject({ type: 'Published', data: { by: 'recent_posts', postIds: [post] } });
  });

  it('is found by a title that TikTok shows cut', async () => {
    const one = await lost(pulled({ title: `  ${'A long title of a spring sale. '.repeat(20)}` }));
    await look(one);
    expect(await seen(one)).toMatchObject({ status: 'published' });
  });

  it('is not found where TikTok never heard of it, though the person posted the same before', async () => {
    const one = await world.begin(pulled());
    const before = Math.floor(Date.now() / 1_000) - 60;
    await world.world.tiktok.changeAccount(one.person.account, { videos: [{ id: '7600000000000000001', title: 'Spring sale', description: 'Spring sale', create_time: before }] });
    await loses('init.video', 'before', one);
    await world.run(one, world.ports(one));
    expect(await look(one)).toMatchObject(notYet);
    expect(await seen(one)).toEqual(unknown);
  });

  it('is never matched where two of them have one title, whether one was posted or both', async () => {
    const first = await lost();
    const second = await lost(pulled(), { beside: first, when: 'before' });
    for (const one of [first, second]) expect(await look(one)).toMatchObject(notYet);
    const third = await lost(pulled(), { beside: first });
    expect(await postsOf(first)).toHaveLength(2);
    for (const one of [first, second, third]) {
      expect(await look(one)).toMatchObject(notYet);
      expect(await seen(one)).toEqual(unknown);
    }
  });

  it('is told from another one by the title', async () => {
    const first = await lost(pulled({ title: 'One' }));
    const second = await lost(pulled({ title: 'Two' }), { beside: first });
    for (const one of [second, first]) await look(one);
    expect(new Set([...((await seen(first)).postIds ?? []), ...((await seen(second)).postIds ?? [])])).toEqual(new Set(await postsOf(first)));
  });

  it('is not matched with a post of a publication whose id is known, nor while one with its title has none', async () => {
    const answered = await world.begin(pulled());
    await world.run(answered, world.ports(answered));
    expect((await seen(answered)).postIds).toHaveLength(1);
    const own = await lost(pulled(), { beside: answered, when: 'before' });
    await world.world.service.get('progress').waitFor((await world.history(answered.keyed.id)).at(-1)?.checkpoint ?? expect.fail(), 10_000);
    expect(await look(own)).toMatchObject(notYet);

    await world.world.tiktok.addFates({ account: answered.person.account, moderation_ms: hour });
    const moderated = await world.begin(pulled(), { beside: answered });
    await world.run(moderated, world.ports(moderated));
    expect(await seen(moderated)).toEqual({ status: 'published', postIds: [] });
    // In TikTok's list by now, and nobody of ours has heard of it.
    const [theirs] = (await world.posts(answered)).filter(({ is_public: isPublic }) => !isPublic);
    await world.world.tiktok.showPost(theirs?.id ?? '', true);
    expect(await look(own)).toMatchObject(notYet);
    expect(await seen(own)).toEqual(unknown);
  });

  it.each([
    ['has no title', pulled({ title: ' ' }), 'init.video'],
    ['is not for everybody', pulled({ privacyLevel: 'SELF_ONLY' }), 'init.video'],
    ['is of photos, which TikTok does not list', photos, 'init.photo'],
  ])('is left to an operator where it %s', async (_, draft, endpoint) => {
    const one = await lost(draft, { endpoint });
    await look(one);
    expect(await seen(one)).toEqual(unknown);
  });

  it('asks nothing of photos and of what is not for everybody, and nothing after two days', async () => {
    const never: PublishingPorts['videos'] = { list: () => expect.fail('TikTok was asked') };
    for (const [draft, endpoint] of [[photos, 'init.photo'], [pulled({ privacyLevel: 'SELF_ONLY' }), 'init.video']] as const) {
      const one = await lost(draft, { endpoint });
      expect(await look(one, { ...world.ports(one), videos: never })).toEqual({ kind: 'Done' });
    }
    const old = await lost();
    old.pass(49 * hour);
    expect(await look(old, { ...world.ports(old), videos: never })).toEqual({ kind: 'Done' });
  });

  it('looks through the pages back to the start, whatever stands first, and through so many at most', async () => {
    const one = await lost();
    const [post] = await world.posts(one);
    const started = Date.parse((await world.history(one.keyed.id)).find(({ event }) => event.type === 'UploadOpening')?.occurredAt ?? '') / 1_000;
    const listed = (title: string, seconds: number, id = '7600000000000000001') => ({ ...emptyVideo, id, title, create_time: Math.floor(started + seconds) });
    const paged = (...pages: readonly (readonly TikTokVideo[])[]) => {
      const asked: (number | null)[] = [];
      const list: PublishingPorts['videos']['list'] = (_, cursor) => {
        asked.push(cursor);
        return okAsync({ videos: pages[asked.length - 1] ?? [listed('Other', 900)], nextCursor: asked.length < pages.length || pages.length === 0 ? asked.length : null, logId: null });
      };
      return { list, asked };
    };
    const endless = paged();
    expect(await look(one, { ...world.ports(one), videos: endless })).toMatchObject(notYet);
    expect(endless.asked).toHaveLength(25);
    const pinned = paged([listed('Pinned', -9_000), listed('Other', 90)], [listed('Spring sale', 60, post?.id ?? '')], [listed('Before', -60)], [listed('Long before', -600)]);
    expect(await look(one, { ...world.ports(one), videos: pinned })).toEqual({ kind: 'Done' });
    expect(pinned.asked).toEqual([null, 1, 2]);
    expect(await seen(one)).toEqual({ status: 'published', postIds: [post?.id] });
  });

  it('waits while TikTok does not answer, ever longer', async () => {
    const one = await lost();
    const away: PublishingPorts['videos'] = { list: () => errAsync({ kind: 'TikTokTransient', tiktok: null, reason: 'away' }) };
    expect(await look(one, { ...world.ports(one), videos: away })).toEqual({ kind: 'Later', afterMillis: 60_000 });
    one.pass(5 * hour);
    const later = await look(one, { ...world.ports(one), videos: away });
    expect(later.kind === 'Later' ? later.afterMillis : 0).toBeGreaterThanOrEqual(hour / 2);
  });
});

describe('the search for the post of a lost start', () => {
  const looks = ['eventStore.read', 'databaseClock.now', 'eventStore.read', 'eventStore.read', 'sealer.open'];
  const token = ['databaseClock.now', 'eventStore.read', 'sealer.openAll'];
  const calls = [...looks, ...token, 'videos.list', 'publications.claimed', 'eventStore.read', 'sealer.openAll', 'eventStore.append'];
  const gated = (gate: Gate, one: Case) => look(one, world.ports(one, (name, port) => gate.wrap(name, port)));
  let known: Gate;
  beforeAll(async () => {
    known = createGate();
    await gated(known, await lost());
  });

  it('awaits these calls and no others', () => {
    expect(awaited(known)).toEqual(calls);
  });

  /** Every halt, and what goes on behind it. */
  const everywhere = async (goOn: (gate: Gate, one: Case, halted: Promise<unknown>) => Promise<void>): Promise<void> => {
    const failures: string[] = [];
    const check = async (halt: Halt): Promise<void> => {
      const one = await lost();
      const gate = createGate(halt, known.seen);
      const halted = gated(gate, one);
      abandon(halted);
      await gate.reached;
      await goOn(gate, one, halted);
      const published = (await world.types(one.keyed.id)).filter((type) => type === 'Published').length;
      const posts = await postsOf(one);
      const { postIds } = await seen(one);
      if (published !== 1 || posts.length !== 1 || postIds?.join() !== posts.join()) failures.push(`${halt.side} ${known.seen[halt.place]?.name} (${halt.place})`);
    };
    await Promise.all(haltsOf(known).map(check));
    expect(failures).toEqual([]);
  };

  it('finds it once wherever the process is killed', { timeout: 120_000 }, () => everywhere(async (_, one) => void (await look(one))));

  it('finds it once where a process is held up, another finds it, and the first goes on', { timeout: 120_000 }, () =>
    everywhere(async (gate, one, halted) => {
      await look(one);
      gate.thaw();
      await halted;
    }));
});
