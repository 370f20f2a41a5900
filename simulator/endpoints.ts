import { userInfoEndpoint } from './display/user-info.ts';
import { videoListEndpoint, videoQueryEndpoint } from './display/videos.ts';
import { avatarEndpoint } from './images/avatar.ts';
import { coverEndpoint } from './images/cover.ts';
import { authorizeEndpoints, authorizeErrorEndpoint } from './oauth/authorize.ts';
import { revokeEndpoint } from './oauth/revoke.ts';
import { tokenEndpoint } from './oauth/token.ts';
import { cancelEndpoint } from './publishing/cancel.ts';
import { creatorInfoEndpoint } from './publishing/creator-info.ts';
import { initEndpoints } from './publishing/init.ts';
import { statusEndpoint } from './publishing/status.ts';
import { uploadEndpoint } from './publishing/upload.ts';
import type { Endpoint } from './wire/endpoint.ts';

/** Every address of the simulated TikTok. */
export const endpoints: readonly Endpoint[] = [
  ...authorizeEndpoints,
  authorizeErrorEndpoint,
  tokenEndpoint,
  revokeEndpoint,
  userInfoEndpoint,
  videoListEndpoint,
  videoQueryEndpoint,
  creatorInfoEndpoint,
  ...initEndpoints,
  uploadEndpoint,
  statusEndpoint,
  cancelEndpoint,
  avatarEndpoint,
  coverEndpoint,
];

/** Whatever is not in the list, such as an API path without its trailing slash. */
export const unknownEndpoint: Endpoint = {
  method: 'GET',
  path: '*',
  name: () => 'unknown',
  handle: (_, call) => ({
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-tt-logid': call.logId },
    body: 'Unsupported path(Janus)',
    error: 'unsupported_path',
  }),
};
