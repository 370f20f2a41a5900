import type { OpenId } from '../../domain/values/ids.ts';

/** A profile as it may be shown; null in every field once erased. Names are TikTok's. */
export type ShownProfile = Readonly<{
  open_id: OpenId | null;
  union_id: string | null;
  display_name: string | null;
  avatar_url: string | null;
  avatar_url_100: string | null;
  avatar_large_url: string | null;
  bio_description: string | null;
  profile_deep_link: string | null;
  username: string | null;
}>;

export const noProfile: ShownProfile = {
  open_id: null,
  union_id: null,
  display_name: null,
  avatar_url: null,
  avatar_url_100: null,
  avatar_large_url: null,
  bio_description: null,
  profile_deep_link: null,
  username: null,
};
