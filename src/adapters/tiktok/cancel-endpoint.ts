import type { PublishId } from '../../domain/values/ids.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { jsonRequest, type TikTokRequest } from './request.ts';

/** Its success carries no data. */
export const cancelRequest = (accessToken: Secret<string>, id: PublishId): TikTokRequest =>
  jsonRequest('/v2/post/publish/cancel/', accessToken, { publish_id: id });
