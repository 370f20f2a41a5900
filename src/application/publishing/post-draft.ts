import type { PostConsent, PostMode, PostSettings } from '../../domain/publication/request.ts';
import type { ConnectionId, MediaId, PublicationId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';

export type DraftSource =
  | Readonly<{ type: 'media'; mediaId: MediaId }>
  | Readonly<{ type: 'url'; url: string; transfer: 'upload' | 'pull' }>
  | Readonly<{ type: 'photos'; urls: readonly string[]; coverIndex: number }>;

/** A request to publish as a caller makes it, its words in clear. */
export type PostDraft = Readonly<{
  connectionId: ConnectionId;
  kind: 'video' | 'photo';
  mode: PostMode;
  title: string;
  description: string | null;
  settings: PostSettings;
  consent: PostConsent | null;
  source: DraftSource;
  scheduleAt: Instant | null;
  retryOf: PublicationId | null;
}>;

export const addressesOf = ({ source }: PostDraft): readonly string[] => {
  switch (source.type) {
    case 'media':
      return [];
    case 'url':
      return [source.url];
    case 'photos':
      return source.urls;
  }
};
