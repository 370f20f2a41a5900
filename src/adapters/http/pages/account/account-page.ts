import type { ConnectionView } from '../../../../application/reading/connection-view.ts';
import { scope } from '../../../../domain/values/scopes.ts';
import type { OutcomeWords } from './outcome-words.ts';

export type ShownAccount = Readonly<{
  id: string;
  name: string;
  username: string | null;
  initial: string;
  /** Null when TikTok gave none that a page may load. */
  avatar: string | null;
  needsConsent: boolean;
  /** The person lets us read their public videos. */
  showsVideos: boolean;
}>;

export type AccountPage = Readonly<{
  title: string;
  modules: readonly string[];
  outcome: OutcomeWords | null;
  accounts: readonly ShownAccount[];
  connectAddress: string;
  addAddress: string;
  disconnectAddress: string;
  formToken: string;
}>;

const videoList = scope('video.list');
const unnamed = 'TikTok account';

const initialOf = (name: string): string => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.exec(name)?.[0].toUpperCase() ?? '?';

const safeAvatar = (address: string | null): string | null => {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
};

/** A picture, and the letter that stands for it. */
export const shownPicture = (name: string, address: string | null): Pick<ShownAccount, 'initial' | 'avatar'> => ({
  initial: initialOf(name),
  avatar: safeAvatar(address),
});

/** Everything TikTok says about a person is a stranger's text: the template escapes it, and addresses are looked at here. */
export const shownAccount = ({ id, status, scopes, profile }: ConnectionView): ShownAccount => {
  const name = profile.display_name?.trim() || unnamed;
  return {
    id,
    name,
    username: profile.username,
    ...shownPicture(name, profile.avatar_url_100 ?? profile.avatar_url),
    needsConsent: status === 'reauthorization_required',
    showsVideos: status === 'active' && scopes.includes(videoList),
  };
};
