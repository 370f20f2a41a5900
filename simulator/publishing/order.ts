import type { PostInfo, PublishTask } from '../world/publish-task.ts';
import type { DeclaredUpload } from './chunk-rules.ts';

/** A well-formed request to post, before TikTok judges whether it may be. */
export type Order = Readonly<{
  kind: PublishTask['kind'];
  mode: PublishTask['mode'];
  /** As it was sent: it may be none of TikTok's levels. Null where it is missing. */
  privacyLevel: string | null;
  post: Omit<PostInfo, 'privacyLevel'>;
  source: Readonly<{ source: 'FILE_UPLOAD' } & DeclaredUpload> | Readonly<{ source: 'PULL_FROM_URL'; urls: readonly string[] }>;
}>;

export const noPostInfo: Order['post'] = {
  title: '',
  description: '',
  disableComment: false,
  disableDuet: false,
  disableStitch: false,
  coverTimestampMs: null,
  brandContent: false,
  brandOrganic: false,
  isAigc: false,
  autoAddMusic: false,
  photoCoverIndex: null,
};
