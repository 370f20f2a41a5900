import { err, errAsync, ok, ResultAsync, type Result } from 'neverthrow';
import type { CreatorInfo, TikTokPublishing } from '../../src/application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../src/application/ports/tiktok.ts';
import type { TikTokVideoPage, TikTokVideos } from '../../src/application/ports/tiktok-videos.ts';
import type { PublishId } from '../../src/domain/values/ids.ts';

type Told<Answer> = Answer | TikTokFailure;

/** What TikTok says when a caller asks before or beside a post, told in advance; failures are told like answers. */
export interface MadeUpPublishing extends TikTokPublishing, TikTokVideos {
  creator: Told<CreatorInfo>;
  /** Of the next questions about the creator, before `creator`. */
  readonly first: TikTokFailure[];
  cancelling: Told<'cancelled'>;
  /** Runs while TikTok is being asked to cancel. */
  whileCancelling: () => Promise<void>;
  videos: Told<TikTokVideoPage>;
  readonly asked: { creator: number; cancelled: PublishId[]; videos: (readonly [number | null, number])[] };
}

export const someCreator: CreatorInfo = {
  username: 'ada.builds',
  nickname: 'Ada Builds',
  avatarUrl: 'https://p16.tiktokcdn.com/ada.jpeg',
  options: {
    privacyLevels: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
    commentDisabled: false,
    duetDisabled: false,
    stitchDisabled: false,
    maxVideoSeconds: 600,
  },
  cannotPost: null,
};

const isFailure = <Answer extends object | string>(told: Told<Answer>): told is TikTokFailure => typeof told === 'object' && 'kind' in told;

const answer = <Answer extends object | string>(told: Told<Answer>): Result<Answer, TikTokFailure> => (isFailure(told) ? err(told) : ok(told));

export const createMadeUpPublishing = (): MadeUpPublishing => {
  const tiktok: MadeUpPublishing = {
    creator: someCreator,
    first: [],
    cancelling: 'cancelled',
    whileCancelling: () => Promise.resolve(),
    videos: { videos: [], nextCursor: null, logId: null },
    asked: { creator: 0, cancelled: [], videos: [] },
    creatorInfo: () => {
      tiktok.asked.creator += 1;
      return new ResultAsync(Promise.resolve(answer(tiktok.first.shift() ?? tiktok.creator)));
    },
    start: () => errAsync({ kind: 'TikTokUnclear', reason: 'nothing is begun here', logId: null }),
    status: () => errAsync({ kind: 'TikTokUnclear', reason: 'nothing is begun here', logId: null }),
    cancel: (_, id) => {
      tiktok.asked.cancelled.push(id);
      return new ResultAsync(tiktok.whileCancelling().then(() => answer(tiktok.first.shift() ?? tiktok.cancelling))).map(() => undefined);
    },
    list: (_, cursor, limit) => {
      tiktok.asked.videos.push([cursor, limit]);
      return new ResultAsync(Promise.resolve(answer(tiktok.videos)));
    },
  };
  return tiktok;
};
