import type { ConnectionView } from '../../../../application/reading/connection-view.ts';
import type { CreatorInfo } from '../../../../application/ports/tiktok-publishing.ts';
import type { PostMode, PrivacyLevel } from '../../../../domain/publication/request.ts';
import { shownAccount, shownPicture, type ShownAccount } from '../account/account-page.ts';
import { publishAddress, type PostChoice } from './publish-address.ts';

type Link = Readonly<{ label: string; address: string; isChosen: boolean }>;

/** Why there is no form, and the way on where there is one. */
export type Obstacle = Readonly<{
  tone: 'bad' | 'good';
  what: string;
  next: string;
  way: Readonly<{ label: string; address: string }> | null;
}>;

/** What TikTok said of the creator a moment ago, as its guidelines want it shown. */
export type ShownCreator = Readonly<{
  nickname: string;
  username: string | null;
  initial: string;
  avatar: string | null;
  privacyLevels: readonly Readonly<{ level: PrivacyLevel; label: string }>[];
  commentDisabled: boolean;
  duetDisabled: boolean;
  stitchDisabled: boolean;
  longestSeconds: number;
  longest: string;
}>;

export type PostForm = Readonly<{
  connectionId: string;
  kind: 'video' | 'photo';
  mode: PostMode;
  /** Null for a draft: TikTok's app asks the rest. */
  creator: ShownCreator | null;
  /** UTF-16 units. */
  longestTitle: number;
}>;

export type PublishPage = Readonly<{
  title: string;
  modules: readonly string[];
  accounts: readonly (ShownAccount & Readonly<{ address: string; isChosen: boolean }>)[];
  kinds: readonly Link[];
  modes: readonly Link[];
  accountAddress: string;
  obstacle: Obstacle | null;
  form: PostForm | null;
}>;

const privacyLabels: Readonly<Record<PrivacyLevel, string>> = {
  PUBLIC_TO_EVERYONE: 'Everyone',
  MUTUAL_FOLLOW_FRIENDS: 'Friends – followers you follow back',
  FOLLOWER_OF_CREATOR: 'Followers',
  SELF_ONLY: 'Only me',
};

const longestTitles = { video: 2200, photo: 90 } as const;

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** As a person says it, e.g. `10 minutes` or `1 minute 30 seconds`. */
const spokenDuration = (seconds: number): string => {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return plural(rest, 'second');
  return rest === 0 ? plural(minutes, 'minute') : `${plural(minutes, 'minute')} ${plural(rest, 'second')}`;
};

const shownCreator = ({ nickname, username, avatarUrl, options }: CreatorInfo, connection: ConnectionView): ShownCreator => {
  const known = shownAccount(connection);
  const name = nickname?.trim() || known.name;
  return {
    nickname: name,
    username: username ?? known.username,
    ...shownPicture(name, avatarUrl),
    privacyLevels: options.privacyLevels.map((level) => ({ level, label: privacyLabels[level] })),
    commentDisabled: options.commentDisabled,
    duetDisabled: options.duetDisabled,
    stitchDisabled: options.stitchDisabled,
    longestSeconds: options.maxVideoSeconds,
    longest: spokenDuration(options.maxVideoSeconds),
  };
};

/** @param creator null for a draft, which TikTok asks no creator info for */
export const postForm = ({ kind, mode }: PostChoice, connection: ConnectionView, creator: CreatorInfo | null): PostForm => ({
  connectionId: connection.id,
  kind,
  mode,
  creator: creator === null ? null : shownCreator(creator, connection),
  longestTitle: longestTitles[kind],
});

/** The page around a form or an obstacle. */
export const publishPage = (
  connections: readonly ConnectionView[],
  choice: PostChoice,
  shown: Readonly<{ form: PostForm } | { obstacle: Obstacle }>,
): PublishPage => {
  const link = (label: string, changed: Partial<PostChoice>): Link => {
    const target = { ...choice, ...changed };
    return { label, address: publishAddress(target), isChosen: target.kind === choice.kind && target.mode === choice.mode };
  };
  const isOpen = choice.connectionId !== null;
  const form = 'form' in shown ? shown.form : null;
  return {
    title: 'Post to TikTok',
    modules: form === null ? [] : ['publish.js'],
    accounts: connections.map((connection) => ({
      ...shownAccount(connection),
      address: publishAddress({ ...choice, connectionId: connection.id }),
      isChosen: connection.id === choice.connectionId,
    })),
    kinds: isOpen ? [link('Video', { kind: 'video' }), link('Photos', { kind: 'photo' })] : [],
    modes: isOpen ? [link('Post now', { mode: 'direct' }), link('Send to my drafts', { mode: 'draft' })] : [],
    accountAddress: '/dashboard/account',
    obstacle: 'obstacle' in shown ? shown.obstacle : null,
    form,
  };
};
