import { afterEach, describe, expect, it } from 'vitest';
import { secret } from '../../../src/domain/values/secret.ts';
import type { Script } from '../../support/scripted-server.ts';
import { accessToken, answering, logId } from './client-setup.ts';
import { publishingRig, refused, well, type PublishingRig } from './publishing-setup.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const rigOf = async (script: Script): Promise<PublishingRig> => {
  const rig = await publishingRig(script);
  stopping.push(rig.stop);
  return rig;
};

const token = secret(accessToken);

describe('the creator', () => {
  const creator = {
    stitch_disabled: true,
    max_video_post_duration_sec: 300,
    duet_disabled: false,
    comment_disabled: true,
    privacy_level_options: ['FOLLOWER_OF_CREATOR', 'CLOSE_FRIENDS_OF_2031', 'SELF_ONLY', 'SELF_ONLY', 7],
    creator_username: 'ada',
    creator_nickname: 'Ada 🎬',
    creator_avatar_url: 'https://p16.cdn.example/a.jpeg',
  };
  const known = {
    username: 'ada',
    nickname: 'Ada 🎬',
    avatarUrl: 'https://p16.cdn.example/a.jpeg',
    options: { privacyLevels: ['FOLLOWER_OF_CREATOR', 'SELF_ONLY'], commentDisabled: true, duetDisabled: false, stitchDisabled: true, maxVideoSeconds: 300 },
  };

  it('is told in any order, without privacy levels that nobody knows', async () => {
    const { server, client } = await rigOf(answering(200, well(JSON.stringify(creator))));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toEqual({ ...known, cannotPost: null });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: '/v2/post/publish/creator_info/query/' });
  });

  it('may leave out what is not set', async () => {
    const { client } = await rigOf(answering(200, well('{"max_video_post_duration_sec":3600}')));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toEqual({
      username: null,
      nickname: null,
      avatarUrl: null,
      options: { privacyLevels: [], commentDisabled: false, duetDisabled: false, stitchDisabled: false, maxVideoSeconds: 3_600 },
      cannotPost: null,
    });
  });

  it.each(['spam_risk_too_many_posts', 'spam_risk_user_banned_from_posting', 'reached_active_user_cap'])(
    'may not post now, which TikTok says with status 200: %s',
    async (code) => {
      const { client } = await rigOf(answering(200, refused(code)));
      const { cannotPost, options } = (await client.creatorInfo(token))._unsafeUnwrap();
      expect(cannotPost).toEqual({ code, message: 'made up', logId });
      expect(options.privacyLevels).toEqual([]);
    },
  );

  it('may not post now and is told all the same', async () => {
    const body = JSON.stringify({ data: creator, error: { code: 'reached_active_user_cap', message: 'made up', log_id: logId } });
    const { client } = await rigOf(answering(200, body));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toMatchObject({ ...known, cannotPost: { code: 'reached_active_user_cap' } });
  });

  it('may not post now without any data', async () => {
    const { client } = await rigOf(answering(200, '{"error":{"code":"spam_risk_too_many_posts"}}'));
    expect((await client.creatorInfo(token))._unsafeUnwrap().cannotPost).toMatchObject({ code: 'spam_risk_too_many_posts' });
  });

  it('is another matter when TikTok is at its limit', async () => {
    const { client } = await rigOf(answering(503, refused('spam_risk_too_many_posts')));
    expect((await client.creatorInfo(token))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokTransient' });
  });
});
