import { err, ok, type Result } from 'neverthrow';
import type { VideoFacts } from '../../domain/publication/posting-rules.ts';
import type { PostSource } from '../../domain/publication/request.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Principal } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { Media, MediaLibrary } from '../ports/media-library.ts';
import type { CreatorInfo } from '../ports/tiktok-publishing.ts';
import { creatorInfo, type CreatorFailure, type CreatorPorts } from './creator.ts';
import type { PostDraft } from './post-draft.ts';
import type { AddressRules } from './source-rules.ts';

export interface JudgePorts extends CreatorPorts {
  readonly media: MediaLibrary;
  readonly addresses: AddressRules;
}

/** There is no such file, or none of this caller. */
export type MediaNotFound = Readonly<{ kind: 'MediaNotFound' }>;

/** Everything that is known before a draft is judged. */
export type Evidence = Readonly<{ creator: CreatorInfo | null; media: Media | null; source: PostSource; video: VideoFacts | null }>;

const mediaOf = async (ports: JudgePorts, principal: Principal, { source }: PostDraft): Promise<Result<Media | null, MediaNotFound | Unavailable>> => {
  if (source.type !== 'media') return ok(null);
  const found = await ports.media.find(source.mediaId);
  if (found.isErr()) return err(found.error);
  const theirs = principal.kind === 'service' || found.value?.owner === principal.userId;
  return found.value === null || !theirs ? err({ kind: 'MediaNotFound' }) : ok(found.value);
};

const sourceOf = ({ source }: PostDraft, media: Media | null): PostSource => {
  switch (source.type) {
    case 'media':
      return { type: 'media', mediaId: source.mediaId, bytes: media?.bytes ?? 0 };
    case 'url':
      return { type: source.transfer === 'upload' ? 'fetched_url' : 'pulled_url' };
    case 'photos':
      return { type: 'photos', count: source.urls.length, coverIndex: source.coverIndex };
  }
};

/** A file that no video reader understands is judged as what it is not. */
const unreadable = ({ bytes, contentType }: Media): VideoFacts => ({
  container: contentType,
  codec: 'an unknown codec',
  durationMillis: 0,
  width: 360,
  height: 360,
  frameRate: null,
  bytes,
});

/** Asks for everything that a draft is judged by: the file, and for a direct post the creator, as TikTok's guidelines want it. */
export const gatherEvidence = async (
  ports: JudgePorts,
  context: CommandContext,
  principal: Principal,
  draft: PostDraft,
): Promise<Result<Evidence, CreatorFailure | MediaNotFound | Unavailable>> => {
  const media = await mediaOf(ports, principal, draft);
  if (media.isErr()) return err(media.error);
  const video = media.value === null ? null : (media.value.video ?? unreadable(media.value));
  const source = sourceOf(draft, media.value);
  if (draft.mode === 'draft') return ok({ creator: null, media: media.value, source, video });
  const creator = await creatorInfo(ports, context, draft.connectionId, context.commandId);
  return creator.map((info) => ({ creator: info, media: media.value, source, video }));
};
