import { avatarUrl } from '../images/avatar.ts';
import type { Visitor } from '../display/visitor.ts';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { dataAnswer, dataError, type DataError } from '../wire/json-answer.ts';
import { authorized } from './authorized.ts';
import { hasPostedEnough, isOneUserTooMany, privacyOptions } from './caps.ts';
import { refusalTexts } from './refusal-texts.ts';

const avatarSeconds = 2 * 3_600;

/** What a creator may do now. It isn't narrowed for apps without the audit, and tells of caps and bans with HTTP 200. */
export const creatorInfoEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/post/publish/creator_info/query/',
  name: () => 'creator_info',
  handle: (simulation, call) =>
    authorized(simulation, call, {
      endpoint: 'creator_info',
      scopes: ['video.publish'],
      limit: simulation.world.settings.publishing.rateLimits.creatorInfo,
    }).match(
      (visitor) => answer(simulation, call, visitor),
      (refused) => refused,
    ),
};

function answer(simulation: Simulation, call: Call, visitor: Visitor): Answer {
  const { settings } = simulation.world;
  const problem = standingProblem(simulation, call, visitor);
  if (problem !== null) return dataError(settings, call, problem, refusalTexts[problem], 200);
  const { account } = visitor;
  const { posting } = account;
  return dataAnswer(settings, call, {
    creator_avatar_url: avatarUrl(simulation, call, account, '168x168', avatarSeconds),
    creator_username: account.username,
    creator_nickname: account.displayName,
    privacy_level_options: privacyOptions(account),
    comment_disabled: posting.commentDisabled,
    duet_disabled: posting.duetDisabled || posting.isPrivate,
    stitch_disabled: posting.stitchDisabled || posting.isPrivate,
    max_video_post_duration_sec: posting.maxVideoSeconds,
  });
}

type Standing = Extract<DataError, 'spam_risk_user_banned_from_posting' | 'spam_risk_too_many_posts' | 'reached_active_user_cap'>;

function standingProblem({ world }: Simulation, call: Call, { access, account }: Visitor): Standing | null {
  const app = world.apps.get(access.grant.clientKey);
  if (account.posting.isBanned) return 'spam_risk_user_banned_from_posting';
  if (hasPostedEnough(world, account, call.at)) return 'spam_risk_too_many_posts';
  return app !== undefined && isOneUserTooMany(world, app, account, call.at) ? 'reached_active_user_cap' : null;
}
