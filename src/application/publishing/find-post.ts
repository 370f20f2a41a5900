import { err, ok, type Result } from 'neverthrow';
import { isBefore, isFoundByPosts, isShownAs, postOfLostStart, type LostStart, type RecentPost } from '../../domain/publication/recent-posts.ts';
import type { UnknownOutcome } from '../../domain/publication/state.ts';
import { postId } from '../../domain/values/ids.ts';
import { instantOfSeconds, millisOf, type Instant } from '../../domain/values/instant.ts';
import { scope } from '../../domain/values/scopes.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { load } from '../execution/load.ts';
import { mostVideosAtOnce, type TikTokVideo, type TikTokVideoPage } from '../ports/tiktok-videos.ts';
import { freshAccessToken } from '../tokens/fresh-access-token.ts';
import type { WorkOutcome } from '../work-lists/work-handler.ts';
import { askWith } from './ask-with-token.ts';
import { tokenLivesMillis } from './creator.ts';
import { otherCaptions } from './other-captions.ts';
import { contentContext, openContent } from './publish-content.ts';
import { done, outcomeOf, record, retry, type SagaPorts, type Step } from './publish-saga.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Moderation may keep a post from the list for hours; a post that is not public never gets there. */
const foundWithinMillis = 48 * hour;
/** An account with more posts since the start has to be looked at by a person. */
const mostPages = 25;
const needed = scope('video.list');

type NotSaid = Readonly<{ kind: string }>;

/** A tenth of what it has taken so far: every minute at first, every hour later. */
const pace = (sinceMillis: number): number => Math.min(hour, Math.max(minute, sinceMillis / 10));

const postOf = ({ id, title, video_description: description, create_time: seconds }: TikTokVideo): RecentPost => ({
  id: postId(id),
  captions: [title, description].filter((caption) => caption !== null),
  createdAt: seconds === null ? null : instantOfSeconds(seconds),
  isClaimed: false,
});

/** The account's public posts since the start, newest first; null when they are more than anybody reads. */
const postsSince = async (ports: SagaPorts, step: Step, { connectionId }: UnknownOutcome, start: LostStart): Promise<Result<readonly RecentPost[] | null, NotSaid>> => {
  const token = await freshAccessToken(ports, step.context, connectionId, tokenLivesMillis);
  if (token.isErr()) return err(token.error);
  if (!token.value.scopes.includes(needed)) return err({ kind: 'MissingScope' });
  const pageFrom = (cursor: number | null): Promise<Result<TikTokVideoPage, NotSaid>> =>
    askWith(ports, step.context, connectionId, token.value, needed, (accessToken) => ports.videos.list(accessToken, cursor, mostVideosAtOnce));
  const posts: RecentPost[] = [];
  for (let pages = 0, cursor: number | null = null; pages < mostPages; pages += 1) {
    const page = await pageFrom(cursor);
    if (page.isErr()) return err(page.error);
    posts.push(...page.value.videos.map(postOf));
    cursor = page.value.nextCursor;
    // The last one tells: whatever a person has pinned may come first.
    const oldest = posts.at(-1);
    if (cursor === null || (oldest !== undefined && isBefore(oldest, start))) return ok(posts);
  }
  return ok(null);
};

/** Those of them that publications of ours have: known by their ids. */
const withClaims = async (ports: SagaPorts, { connectionId }: UnknownOutcome, posts: readonly RecentPost[]): Promise<Result<readonly RecentPost[], NotSaid>> => {
  if (posts.length === 0) return ok([]);
  const claimed = await ports.publications.claimed(connectionId, posts.map(({ id }) => id));
  return claimed.map((ids) => posts.map((post) => ({ ...post, isClaimed: ids.includes(post.id) })));
};

/** The list is had first: what starts behind it cannot be in it. */
const found = async (ports: SagaPorts, step: Step, state: UnknownOutcome, start: LostStart): Promise<Result<ReturnType<typeof postOfLostStart>, NotSaid>> => {
  const posts = await postsSince(ports, step, state, start);
  if (posts.isErr()) return err(posts.error);
  const shown = (posts.value ?? []).filter(({ captions }) => captions.some((caption) => isShownAs(start.caption, caption)));
  if (shown.length === 0) return ok(null);
  const claimed = await withClaims(ports, state, shown);
  if (claimed.isErr()) return err(claimed.error);
  const mayMatter = (caption: string): boolean => shown.some(({ captions }) => captions.some((seen) => isShownAs(caption, seen)));
  const others = await otherCaptions(ports, state.connectionId, { except: step.id, since: start.startedAt, mayMatter });
  return others.map((captions) => postOfLostStart(start, claimed.value, captions));
};

/**
 * Looks among the account's recent posts for the one that a start without an answer became, and takes it where no other
 * can be meant. Asks as long as a post may still become public, then leaves it to an operator.
 */
export const findPost = async (ports: SagaPorts, step: Step, state: UnknownOutcome, now: Instant): Promise<WorkOutcome> => {
  const { connectionId, life, request, lastStart } = state;
  if (lastStart === null || !isFoundByPosts(state)) return done;
  const sinceMillis = millisOf(now) - millisOf(lastStart.at);
  if (sinceMillis > foundWithinMillis) return done;
  const connection = await load(ports.eventStore, connectionAggregate, connectionId);
  if (connection.isErr()) return retry(minute, connection.error.kind);
  // Whoever has the account now has not let the former owner look at it.
  if (connection.value.state.status === 'none' || connection.value.state.status === 'disconnected' || connection.value.state.life !== life) return done;
  const content = await openContent(ports.sealer, contentContext(connectionId, life, step.id), request.content);
  if (content.isErr()) return content.error.kind === 'Unavailable' ? retry(minute, content.error.reason) : done;
  const post = await found(ports, step, state, { caption: content.value.title, startedAt: lastStart.at });
  if (post.isErr() || post.value === null) return { kind: 'Later', afterMillis: pace(sinceMillis) };
  return outcomeOf(await record(ports, step, 'recognized', { type: 'Recognize', postId: post.value, at: now }));
};
