import type { TikTokPublishing } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokVideos } from '../../application/ports/tiktok-videos.ts';
import type { Wire } from './answer.ts';
import { ask } from './ask.ts';
import { cancelRequest } from './cancel-endpoint.ts';
import { creatorInfoAnswer, creatorInfoRequest } from './creator-info-endpoint.ts';
import { confirmed } from './data-answer.ts';
import { startAnswerOf } from './start-answer.ts';
import { startRequest } from './start-request.ts';
import { statusAnswer, statusRequest } from './status-endpoint.ts';
import { videoListAnswer, videoListRequest } from './video-list-endpoint.ts';

/** `apiUrl` is the origin of TikTok's API; `timeoutMillis` runs from a call to its complete answer. */
export type PublishingClientSettings = Wire & Readonly<{ timeoutMillis?: number }>;

const defaultTimeoutMillis = 10_000;

/** TikTok's Content Posting API and list of videos. Every call is made once; failures hold no credential and no address. */
export const createPublishingClient = (settings: PublishingClientSettings): TikTokPublishing & TikTokVideos => {
  const { apiUrl, timeoutMillis = defaultTimeoutMillis } = settings;
  const startAnswer = startAnswerOf(apiUrl);
  return {
    creatorInfo: (accessToken) => ask(settings, 'creator_info', creatorInfoRequest(accessToken), timeoutMillis, creatorInfoAnswer),
    start: (accessToken, start) => ask(settings, 'publish_start', startRequest(accessToken, start), timeoutMillis, (answer, secrets) => startAnswer(answer, secrets, start)),
    status: (accessToken, id) => ask(settings, 'publish_status', statusRequest(accessToken, id), timeoutMillis, statusAnswer),
    cancel: (accessToken, id) => ask(settings, 'publish_cancel', cancelRequest(accessToken, id), timeoutMillis, confirmed),
    list: (accessToken, cursor, limit) => ask(settings, 'video_list', videoListRequest(accessToken, cursor, limit), timeoutMillis, (answer, secrets) => videoListAnswer(answer, secrets, cursor)),
  };
};
