import { err, ok, type Result } from 'neverthrow';
import { avatarUrl } from '../images/avatar.ts';
import { unionIdOf } from '../oauth/identifiers.ts';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { dataAnswer } from '../wire/json-answer.ts';
import { readVisitor, scopeMissing, type Visitor } from './visitor.ts';
import { pickFields, readFields } from './fields.ts';

const scopeOfField: ReadonlyMap<string, string> = new Map([
  ...['open_id', 'union_id', 'avatar_url', 'avatar_url_100', 'avatar_large_url', 'display_name'].map(
    (field) => [field, 'user.info.basic'] as const,
  ),
  ...['bio_description', 'profile_deep_link', 'is_verified', 'username'].map((field) => [field, 'user.info.profile'] as const),
  ...['follower_count', 'following_count', 'likes_count', 'video_count'].map((field) => [field, 'user.info.stats'] as const),
]);

/** One field outside the token's scopes fails the whole call. */
export const userInfoEndpoint: Endpoint = {
  method: 'GET',
  path: '/v2/user/info/',
  name: () => 'user_info',
  handle: (simulation, call): Answer =>
    readVisitor(simulation.world, call)
      .andThen((visitor) => answer(simulation, call, visitor))
      .match(
        (answered) => answered,
        (refused) => refused,
      ),
};

function answer(simulation: Simulation, call: Call, visitor: Visitor): Result<Answer, Answer> {
  return readFields(simulation.world, call, (name) => scopeOfField.has(name)).andThen((names) => {
    const allowed = names.every((name) => visitor.access.scopes.includes(scopeOfField.get(name) ?? ''));
    if (!allowed) return err(scopeMissing(simulation.world, call));
    const user = pickFields(simulation.world, call, userFields(simulation, call, visitor), names);
    return ok(dataAnswer(simulation.world.settings, call, { user }));
  });
}

function userFields(simulation: Simulation, call: Call, { access, account }: Visitor): Readonly<Record<string, unknown>> {
  const developer = simulation.world.apps.get(access.grant.clientKey)?.developer ?? '';
  return {
    open_id: access.grant.openId,
    union_id: unionIdOf(developer, account.id),
    avatar_url: avatarUrl(simulation, call, account, '168x168'),
    avatar_url_100: avatarUrl(simulation, call, account, '100x100'),
    avatar_large_url: avatarUrl(simulation, call, account, '720x720'),
    display_name: account.displayName,
    bio_description: account.bio,
    profile_deep_link: `https://www.tiktok.com/@${account.username}`,
    is_verified: account.isVerified,
    username: account.username,
    follower_count: account.followerCount,
    following_count: account.followingCount,
    likes_count: account.likesCount,
    video_count: account.videos.filter((video) => video.isPublic).length,
  };
}
