import { afterEach, describe, expect, it } from 'vitest';
import { publishId } from '../../../src/domain/values/ids.ts';
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
const id = publishId('v_pub_file~v2-1.7600000000000000001');

describe('the status of a post', () => {
  const observed = async (data: string): Promise<unknown> => {
    const { server, client } = await rigOf(answering(200, well(data)));
    const status = (await client.status(token, id))._unsafeUnwrap();
    expect(server.requests[0]).toMatchObject({ target: '/v2/post/publish/status/fetch/', body: JSON.stringify({ publish_id: id }) });
    expect(status.logId).toBe(logId);
    return status.observation;
  };

  it.each([
    ['{"status":"PROCESSING_UPLOAD","uploaded_bytes":10000000}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: 10_000_000 }],
    ['{"uploaded_bytes":0,"downloaded_bytes":7,"status":"PROCESSING_DOWNLOAD"}', { kind: 'processing', status: 'PROCESSING_DOWNLOAD', bytes: 7 }],
    ['{"status":"PROCESSING_UPLOAD"}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: null }],
    ['{"status":"PROCESSING_UPLOAD","uploaded_bytes":-1}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: null }],
    ['{"status":"SEND_TO_USER_INBOX"}', { kind: 'inbox' }],
    ['{"status":"PUBLISH_COMPLETE"}', { kind: 'complete', postIds: [] }],
    ['{"status":"FAILED","fail_reason":"file_format_check_failed"}', { kind: 'failed', reason: 'file_format_check_failed' }],
    ['{"status":"FAILED"}', { kind: 'failed', reason: 'unknown' }],
    ['{"status":"FAILED","fail_reason":""}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"FAILED","fail_reason":"<b>"}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"FAILED","fail_reason":7}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"IN_A_QUEUE_OF_2031","uploaded_bytes":5}', { kind: 'processing', status: 'IN_A_QUEUE_OF_2031', bytes: 5 }],
    ['{"status":"<script>"}', { kind: 'processing', status: 'unreadable_status', bytes: null }],
  ])('%s', async (data, observation) => {
    expect(await observed(data)).toEqual(observation);
  });

  it.each([
    ['[7678907398077074696]', ['7678907398077074696']],
    ['[7678907398077074696,7678907398077074697]', ['7678907398077074696', '7678907398077074697']],
    ['[9223372036854775807]', ['9223372036854775807']],
    ['["7678907398077074696",7678907398077074696]', ['7678907398077074696']],
    ['7678907398077074696', ['7678907398077074696']],
    ['[12,9007199254740993]', ['12', '9007199254740993']],
    ['[9223372036854775808,-7678907398077074696,0,7.6e18,7678907398077074696.5,null,{},"7678x",true]', []],
    ['[]', []],
    ['null', []],
  ])('has post ids to the last digit: %s', async (ids, expected) => {
    expect(await observed(`{"publicaly_available_post_id":${ids},"status":"PUBLISH_COMPLETE"}`)).toEqual({ kind: 'complete', postIds: expected });
  });

  it('takes the right spelling of the wrong name too', async () => {
    const both = '{"status":"PUBLISH_COMPLETE","publicly_available_post_id":[7678907398077074697],"publicaly_available_post_id":[7678907398077074696]}';
    expect(await observed(both)).toEqual({ kind: 'complete', postIds: ['7678907398077074696', '7678907398077074697'] });
  });

  it('is unclear without a status', async () => {
    const { client } = await rigOf(answering(200, well('{"uploaded_bytes":5}')));
    expect((await client.status(token, id))._unsafeUnwrapErr()).toEqual({
      kind: 'TikTokUnclear',
      reason: "the answer's data.status is missing or not as it should be (status 200)",
      logId,
    });
  });

  it('may be refused for a publish id of another account', async () => {
    const { client } = await rigOf(answering(400, refused('token_not_authorized_for_specified_publish_id')));
    expect((await client.status(token, id))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokRefused' });
  });
});
