import { z } from 'zod';
import type { Media } from '../../../application/ports/media-library.ts';

/** What may be uploaded. No form and no script without a preflight can send any of them. */
export const mediaTypes = ['video/mp4', 'video/quicktime', 'video/webm', 'image/jpeg', 'image/webp'] as const;

const videoSchema = z.strictObject({
  duration_ms: z.int().min(0),
  width: z.int().min(1).describe('As shown: turned as the file says.'),
  height: z.int().min(1),
  frame_rate: z.number().nullable().describe('Frames a second; null where they keep no rhythm that can be told.'),
  codec: z.string().describe('`h264`, `h265`, `vp8` and `vp9` are those that TikTok takes.'),
});

export const mediaExample = {
  id: '0b6e1c9e-6f0a-4c55-9a0e-0d4a1f0e7a10',
  bytes: 23_000_000,
  content_type: 'video/mp4',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  video: { duration_ms: 15_000, width: 1080, height: 1920, frame_rate: 30, codec: 'h264' },
  expires_at: '2026-11-30T10:00:00.000Z',
};

export const mediaSchema = z
  .strictObject({
    id: z.uuid(),
    bytes: z.int().min(1),
    content_type: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    video: videoSchema.nullable().describe('What the headers of the file say; null for what is no video that can be read.'),
    expires_at: z.iso.datetime().describe('When it is deleted unless a publication still needs it. RFC 3339, UTC.'),
  })
  .meta({ id: 'Media', description: 'A file that was uploaded to be published.', examples: [mediaExample] });

const videoBody = ({ video }: Media): z.infer<typeof videoSchema> | null => {
  if (video === null) return null;
  const { durationMillis, width, height, frameRate, codec } = video;
  return { duration_ms: durationMillis, width, height, frame_rate: frameRate, codec };
};

export const mediaBody = (media: Media): z.infer<typeof mediaSchema> => ({
  id: media.id,
  bytes: media.bytes,
  content_type: media.contentType,
  sha256: media.sha256,
  video: videoBody(media),
  expires_at: media.expiresAt,
});

/** A file's id in a path; spelt in any case, meant in lower case. */
export const mediaParams = z.strictObject({ id: z.uuid().describe("The file's id.") });
