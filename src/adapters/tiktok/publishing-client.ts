import type { TikTokPublishing } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokVideos } from '../../application/ports/tiktok-videos.ts';
import { send, type Wire } from './answer.ts';
import { cancelRequest } from './cancel-endpoint.ts';
import { creatorInfoAnswer, creatorInfoRequest } from './creator-info-endpoint.ts';
import { confirmed } from './data-answer.ts';
import { startAnswer } from './start-answer.ts';
import { startRequest } from './start-request.ts';
import { statusAnswer, statusRequest } from './status-endpoint.ts';
import { videoListAnswer, videoListRequest } from './video-list-endpoint.ts';

/** `apiUrl` is the origin of TikTok's API; `timeoutMillis` runs from a call to its complete answer. */
export type PublishingClientSettings = Wire & Readonly<{ timeoutMillis?: number }>;

const defaultTimeoutMillis = 10_000;

/** TikTok's Content Posting API and list of videos. Every call is made once; failures hold no credential and no address. */
export const createPublishingClient = (settings: PublishingClientSettings): TikTokPublishing & TikTokVideos => {
  const { apiUrl, timeoutMillis = defaultTimeoutMillis } = settings;
  return {
    creatorInfo: (accessToken) => {
      const request = creatorInfoRequest(accessToken);
      return send(settings, request, timeoutMillis).andThen((answer) => creatorInfoAnswer(answer, request.secrets));
    },
    start: (accessToken, start) => {
      const request = startRequest(accessToken, start);
      return send(settings, request, timeoutMillis).andThen((answer) => startAnswer(answer, request.secrets, start, apiUrl));
    },
    status: (accessToken, id) => {
      const request = statusRequest(accessToken, id);
      return send(settings, request, timeoutMillis).andThen((answer) => statusAnswer(answer, request.secrets));
    },
    cancel: (accessToken, id) => {
      const request = cancelRequest(accessToken, id);
      return send(settings, request, timeoutMillis).andThen((answer) => confirmed(answer, request.secrets));
    },
    list: (accessToken, cursor, limit) => {
      const request = videoListRequest(accessToken, cursor, limit);
      return send(settings, request, timeoutMillis).andThen((answer) => videoListAnswer(answer, request.secrets, cursor));
    },
  };
};
