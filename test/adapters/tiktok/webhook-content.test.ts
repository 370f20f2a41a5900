import { describe, expect, it } from 'vitest';
import { createTikTokWebhooks } from '../../../src/adapters/tiktok/webhooks.ts';
import { webhookBody } from '../../support/signed-webhook.ts';

const publishingIn = (content: unknown) =>
  createTikTokWebhooks([]).read(new TextEncoder().encode(webhookBody({ event: 'post.publish.complete', content })))?.publishing;
const publish_id = 'v_pub_file~v2-1.7600000000000000001';

describe('the content of a webhook about a publication', () => {
  it('names the publish_id, the exact digits of a post, and the reason of a failure', () => {
    const told = { publish_id, publish_type: 'DIRECT_PUBLISH', post_id: '7678907398077074696', reason: 'internal' };
    expect(publishingIn(JSON.stringify(told))).toEqual({ publishId: publish_id, postId: '7678907398077074696', failReason: 'internal' });
    expect(publishingIn(JSON.stringify({ publish_id }))).toEqual({ publishId: publish_id, postId: null, failReason: null });
  });

  it('never rounds a post id that comes as a number', () => {
    expect(publishingIn(`{"publish_id":"${publish_id}","post_id":7678907398077074696}`)?.postId).toSatisfy(
      (id: string | null) => id === null || id === '7678907398077074696',
    );
  });

  it.each([['no JSON', 'complete'], ['no text', { publish_id }], ['another kind of JSON', '[1]'], ['no publish_id', '{}'], ['an odd publish_id', JSON.stringify({ publish_id: 'a b' })], ['a number for it', '{"publish_id":7}']])(
    'says nothing when it is or has %s',
    (_, content) => {
      expect(publishingIn(content)).toBeNull();
    },
  );

  it('leaves out what is odd beside the publish_id', () => {
    expect(publishingIn(JSON.stringify({ publish_id, post_id: 'sixteen', reason: 'two words' }))).toEqual({ publishId: publish_id, postId: null, failReason: null });
  });
});
