import { describe, expect, it } from 'vitest';
import { publicationDecider } from '../../../src/domain/publication/decide.ts';
import type { PublicationEvent } from '../../../src/domain/publication/events.ts';
import { isFoundByPosts, mayHaveUnknownPost, postOfLostStart, type RecentPost } from '../../../src/domain/publication/recent-posts.ts';
import type { PublishRequest } from '../../../src/domain/publication/request.ts';
import type { PublicationState } from '../../../src/domain/publication/state.ts';
import { instant, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { specificationOf } from '../given.ts';
import { accepted, cancelled, chunk, deferred, delivered, failedBecause, opened, opening, otherPost, post, published, pulled, request, second, unknown } from './commands.ts';

const given = specificationOf(publicationDecider);
const stateOf = (...events: readonly PublicationEvent[]): PublicationState => events.reduce(publicationDecider.evolve, publicationDecider.initial);
const forEverybody = (of: PublishRequest): PublishRequest => ({ ...of, settings: { ...of.settings, privacyLevel: 'PUBLIC_TO_EVERYONE' } });
const pull = forEverybody(pulled);
const lost = [accepted(pull), opening(), unknown('opening_unanswered')] as const;

const day = 24 * 3_600_000;
const start = { caption: 'Spring sale', startedAt: second(10) };
const one = (changes: Partial<RecentPost> = {}): RecentPost => ({ id: post, captions: ['Spring sale', 'Spring sale'], createdAt: second(12), isClaimed: false, ...changes });
const found = (posts: readonly RecentPost[], others: readonly (string | null)[] = [], caption = 'Spring sale') => postOfLostStart({ ...start, caption }, posts, others);

describe('the post of a start without an answer', () => {
  it('is the one unclaimed post with its caption since the start', () => {
    expect(found([one({ id: otherPost, captions: ['Autumn'] }), one()])).toBe(post);
    expect(found([one({ captions: ['', 'Spring sale'] })])).toBe(post);
    expect(found([])).toBeNull();
  });

  it.each<[string, Partial<RecentPost>]>([
    ['of another caption', { captions: ['Spring sale!'] }],
    ['from before the start', { createdAt: second(9) }],
    ['from days behind it', { createdAt: plusMillis(second(10), day + 1_000) }],
    ['of unknown time', { createdAt: null }],
    ['that another publication has', { isClaimed: true }],
    ['without a caption', { captions: [] }],
  ])('is none %s', (_, changes) => expect(found([one(changes)])).toBeNull());

  it('is none where two could be, also where the time of one is not known', () => {
    expect(found([one(), one({ id: otherPost, createdAt: second(20) })])).toBeNull();
    expect(found([one(), one({ id: otherPost, createdAt: null })])).toBeNull();
    expect(found([one(), one({ id: otherPost, isClaimed: true })])).toBe(post);
  });

  it('is none where another publication could be meant, or one that nobody can read', () => {
    expect(found([one()], ['Autumn'])).toBe(post);
    expect(found([one()], ['Autumn', ' Spring sale'])).toBeNull();
    expect(found([one()], [null])).toBeNull();
  });

  it('is compared as TikTok keeps captions: trimmed, and cut behind 150 characters', () => {
    const long = 'Spring sale '.repeat(30);
    expect(found([one({ captions: ['Spring sale'] })], [], '  Spring sale\n')).toBe(post);
    for (const cut of [149, 150]) expect(found([one({ captions: [long.slice(0, cut)] })], [], long)).toBe(post);
    expect(found([one({ captions: [long.slice(0, 148)] })], [], long)).toBeNull();
    // Two captions that TikTok shows as one cannot be told apart.
    expect(found([one({ captions: [long.slice(0, 150)] })], [`${long}and more`], long)).toBeNull();
    // The cut goes through a surrogate pair.
    expect(found([one({ captions: [`${'a'.repeat(149)}\uD83D`] })], [], `${'a'.repeat(149)}😀😀`)).toBe(post);
  });

  it('is never told by an empty caption', () => {
    expect(found([one({ captions: ['', ''] })], [], '')).toBeNull();
    expect(found([one({ captions: [' '] })], [], '  ')).toBeNull();
  });
});

describe('whether a publication', () => {
  const asUnknown = (...events: readonly PublicationEvent[]): boolean => {
    const state = stateOf(...events);
    return state.status === 'outcome_unknown' && isFoundByPosts(state);
  };

  it('can be found by its post: a pull for everybody, or a draft, whose start had no answer', () => {
    const lostOf = (of: PublishRequest) => asUnknown(accepted(of), opening(), unknown('opening_unanswered'));
    expect(lostOf(pull)).toBe(true);
    expect(lostOf({ ...pulled, mode: 'draft' })).toBe(true);
    expect(lostOf(pulled)).toBe(false);
    expect(lostOf({ ...pull, kind: 'photo', source: { type: 'photos', count: 1, coverIndex: 0 } })).toBe(false);
    expect(lostOf(forEverybody(request()))).toBe(false);
    expect(asUnknown(accepted(pull), opening(), opened({ upload: null }), unknown('cannot_be_asked'))).toBe(false);
  });

  const since = second(30);
  const may = (of: PublishRequest, ...events: readonly PublicationEvent[]): boolean => mayHaveUnknownPost(stateOf(accepted(of), ...events), since);

  it('may have a post that nobody knows, from the moment at which TikTok may have it until its id is known', () => {
    const inbox: PublicationEvent = { type: 'DeliveredToInbox', data: { by: 'status', deliveredAt: second(5) } };
    expect(mayHaveUnknownPost(stateOf(), since)).toBe(false);
    expect(may(pull)).toBe(false);
    expect(may(pull, deferred('rate_limit', second(90), 0))).toBe(false);
    expect(may(pull, opening())).toBe(true);
    expect(may(request(), opening())).toBe(false);
    expect(may(request(), opening(), opened(), chunk(0))).toBe(true);
    expect(may(request(), opening(), opened(), delivered)).toBe(true);
    expect(may(pull, opening(), unknown('opening_unanswered'))).toBe(true);
    expect(may(request(), opening(), opened(), delivered, published())).toBe(true);
    expect(may(request(), opening(), opened(), delivered, published(post))).toBe(false);
    expect(may(request({ mode: 'draft' }), opening(), opened(), delivered, inbox)).toBe(true);
    expect(may(request({ mode: 'draft' }), opening(), opened(), delivered, published(post))).toBe(true);
    expect(may(pull, opening(), opened({ upload: null }), failedBecause('internal', true))).toBe(false);
    expect(may(request(), cancelled)).toBe(false);
  });

  it('posted within a day or never, unless a person opens a draft when they like', () => {
    const early = (at: Instant): PublicationEvent => opening(undefined, at);
    const long = instant(Date.parse(since) - day - 1_000);
    expect(may(pull, early(long), opened({ upload: null }))).toBe(false);
    expect(may(pull, early(plusMillis(long, 2_000)), opened({ upload: null }))).toBe(true);
    expect(may({ ...pulled, mode: 'draft' }, early(long), opened({ upload: null }))).toBe(true);
  });
});

describe('a recent post', () => {
  const recognize = { type: 'Recognize', postId: post, at: second(40) } as const;

  it('ends a start without an answer as published', () => {
    given(...lost).when(recognize).then({ type: 'Published', data: { postIds: [post], by: 'recent_posts', publishedAt: second(40) } });
  });

  it('changes nothing a second time', () => {
    given(...lost, published(post)).when(recognize).thenNothing();
  });

  it('ends nothing whose end, or whose publish_id, is known by now', () => {
    const known = { kind: 'OutcomeIsKnown' } as const;
    given(...lost, published()).when(recognize).thenRejected(known);
    given(...lost, failedBecause('resolved_not_published', true)).when(recognize).thenRejected(known);
    given(...lost, opened({ upload: null })).when(recognize).thenRejected(known);
    given(accepted(pulled), opening(), unknown('opening_unanswered')).when(recognize).thenRejected(known);
    given().when(recognize).thenRejected({ kind: 'NotAccepted' });
  });
});
