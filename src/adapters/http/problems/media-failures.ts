import type { MediaIncomplete, MediaTooLarge, MediaUnreadable, StorageFull } from '../../../application/ports/media-library.ts';
import { invalidRequest, type Problem } from './problem.ts';

export type MediaTypeRefused = Readonly<{ kind: 'MediaTypeRefused'; accepted: readonly string[] }>;
export type MediaEncoded = Readonly<{ kind: 'MediaEncoded' }>;

/** There is no such file any more, or it is somebody else's. */
export type NoSuchMedia = Readonly<{ kind: 'NoSuchMedia' }>;

export type MediaFailure = NoSuchMedia | MediaTooLarge | MediaIncomplete | StorageFull | MediaUnreadable | MediaTypeRefused | MediaEncoded;

type MediaTable = { readonly [Kind in MediaFailure['kind']]: (failure: Extract<MediaFailure, { kind: Kind }>) => Problem };

/** An operator has to make room. */
const roomPauseSeconds = 300;

export const mediaProblems: MediaTable = {
  NoSuchMedia: () => ({ code: 'not_found', detail: 'There is no such file, or it is not yours.' }),
  MediaTypeRefused: ({ accepted }) => ({ code: 'unsupported_media', detail: `The Content-Type must be one of ${accepted.join(', ')}.` }),
  MediaEncoded: () => ({ code: 'unsupported_media', detail: 'A Content-Encoding is not understood here; send the file as it is.' }),
  MediaTooLarge: ({ limit }) => ({ code: 'too_large', detail: `The file is larger than the ${limit} bytes that this service accepts.` }),
  MediaIncomplete: ({ declared, received }) =>
    invalidRequest({ path: 'Content-Length', message: `says ${declared} bytes, but ${received} came` }),
  MediaUnreadable: ({ reason }) => invalidRequest({ path: 'body', message: `could not be read: ${reason}` }),
  StorageFull: () => ({
    code: 'unavailable',
    detail: 'The disk for media has no room for this file; nothing of it was kept. The operator must make room, or a smaller file may fit.',
    retryAfterSeconds: roomPauseSeconds,
  }),
};
