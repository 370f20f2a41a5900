import type { PostId } from '../values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../values/instant.ts';
import { transferOf } from './request.ts';
import type { PublicationState, UnknownOutcome } from './state.ts';

/** A public post of the account, as TikTok lists it. */
export type RecentPost = Readonly<{
  id: PostId;
  /** Where TikTok shows a caption: a video's title and its description. */
  captions: readonly string[];
  /** Cut to the second; null where TikTok does not say. */
  createdAt: Instant | null;
  /** A publication of ours has it already. */
  isClaimed: boolean;
}>;

/** A start of a pull that had no answer, and what it would have posted. */
export type LostStart = Readonly<{ caption: string; startedAt: Instant }>;

/** TikTok lists at most 150 characters of a caption. One less: the cut may have split the last one. */
const comparedUnits = 149;
/** A pull ends within an hour, processing that has not ended within a day never does. */
const postedWithinMillis = 24 * 3_600_000;

const kept = (caption: string): string => caption.trim().slice(0, comparedUnits).trimEnd();

/** Whether TikTok may show this caption as the other one. An empty caption tells nothing apart. */
export const isShownAs = (caption: string, shown: string): boolean => kept(caption) !== '' && kept(caption) === kept(shown);

/** Whether a start without an answer could show among the account's public videos, were there a post. Photos are not listed. */
export const isFoundByPosts = ({ reason, publishId, request, lastStart }: UnknownOutcome): boolean =>
  reason === 'opening_unanswered' &&
  publishId === null &&
  lastStart !== null &&
  request.kind === 'video' &&
  transferOf(request) === 'pull' &&
  (request.mode === 'draft' || request.settings.privacyLevel === 'PUBLIC_TO_EVERYONE');

const isUnknown = (state: Exclude<PublicationState, { status: 'none' }>): boolean => {
  switch (state.status) {
    case 'waiting':
    case 'failed':
    case 'cancelled':
      return false;
    case 'opening':
      return transferOf(state.request) === 'pull';
    case 'published':
      // A draft may become several posts.
      return state.postIds.length === 0 || state.request.mode === 'draft';
    case 'uploading':
    case 'processing':
    case 'delivered_to_inbox':
    case 'outcome_unknown':
      return true;
  }
};

/** Whether there may be a post of it since then that nobody knows: one with its caption could be that. */
export const mayHaveUnknownPost = (state: PublicationState, since: Instant): boolean => {
  if (state.status === 'none' || !isUnknown(state)) return false;
  const { request, lastStart } = state;
  // A person opens the inbox when they like; anything else is posted within a day or never.
  return request.mode === 'draft' || lastStart === null || plusMillis(lastStart.at, postedWithinMillis) >= since;
};

/**
 * The post that a lost start became, where no other can be meant: exactly one unclaimed post with its caption since the
 * start, and no other publication of the account that it could be. Null where that cannot be said.
 * @param others captions of the account's other publications that may have an unknown post; null for one nobody can read
 */
export const postOfLostStart = ({ caption, startedAt }: LostStart, posts: readonly RecentPost[], others: readonly (string | null)[]): PostId | null => {
  const until = plusMillis(startedAt, postedWithinMillis);
  const candidates = posts.filter(
    ({ captions, createdAt, isClaimed }) =>
      !isClaimed && captions.some((shown) => isShownAs(caption, shown)) && (createdAt === null || (createdAt >= startedAt && createdAt <= until)),
  );
  const [found, another] = candidates;
  if (found === undefined || another !== undefined || found.createdAt === null) return null;
  const couldBeTheirs = others.some((other) => other === null || found.captions.some((shown) => isShownAs(other, shown)));
  return couldBeTheirs ? null : found.id;
};

/** How far back the account's posts have to be known for that. */
export const isBefore = ({ createdAt }: RecentPost, { startedAt }: LostStart): boolean =>
  createdAt !== null && millisOf(createdAt) < millisOf(startedAt);
