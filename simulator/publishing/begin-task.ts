import { createHash } from 'node:crypto';
import type { Visitor } from '../display/visitor.ts';
import type { Call } from '../wire/call.ts';
import { drawDigits, drawText } from '../world/draw.ts';
import { privacyLevels } from '../world/post.ts';
import type { PublishTask } from '../world/publish-task.ts';
import { keepTask } from '../world/publishing.ts';
import { nextSerial, type World } from '../world/world.ts';
import { fateOf } from './fate.ts';
import type { Order } from './order.ts';

const uploadUrlMs = 3_600_000;

/** Takes an order: from here on it has a `publish_id`. */
export function beginTask(world: World, call: Call, { access, account }: Visitor, order: Order): PublishTask {
  const { clientKey, openId, generation } = access.grant;
  const serial = nextSerial(world, `publish ${account.id}`);
  const parts = [account.id, serial] as const;
  const post = { ...order.post, privacyLevel: privacyLevels.find((level) => level === order.privacyLevel) ?? null };
  const task: PublishTask = {
    publishId: `${prefixOf(order)}.7${drawDigits(world.seed, 18, 'publish', ...parts)}`,
    clientKey,
    accountId: account.id,
    openId,
    generation,
    kind: order.kind,
    mode: order.mode,
    createdAt: call.at,
    post,
    transfer: transferOf(world, order, call.at, parts),
    files: [],
    receivedAt: null,
    fate: fateOf(world, { accountId: account.id, clientKey }, post),
    status: order.source.source === 'FILE_UPLOAD' ? 'PROCESSING_UPLOAD' : 'PROCESSING_DOWNLOAD',
    failReason: null,
    postIds: [],
  };
  const { unfinished, uploads, digests } = world.publishing;
  keepTask(world.publishing, task);
  unfinished.add(task.publishId);
  if (task.transfer.source === 'FILE_UPLOAD') {
    uploads.set(task.transfer.uploadId, task.publishId);
    digests.set(task.transfer.uploadId, createHash('sha256'));
  }
  return task;
}

function prefixOf({ kind, mode, source: { source } }: Order): string {
  if (kind === 'photo') return 'p_pub_url~v2';
  if (mode === 'inbox') return source === 'FILE_UPLOAD' ? 'v_inbox_file~v2' : 'v_inbox_url~v2';
  return source === 'FILE_UPLOAD' ? 'v_pub_file~v2-1' : 'v_pub_url~v2';
}

function transferOf(world: World, { source }: Order, at: number, parts: readonly [string, number]): PublishTask['transfer'] {
  if (source.source === 'PULL_FROM_URL') return { source: 'PULL_FROM_URL', urls: [...source.urls], downloaded: 0 };
  return {
    source: 'FILE_UPLOAD',
    uploadId: `7${drawDigits(world.seed, 18, 'upload', ...parts)}`,
    uploadToken: `sim-${drawText(world.seed, 32, 'upload', ...parts)}`,
    size: source.video_size,
    chunkSize: source.chunk_size,
    chunkCount: source.total_chunk_count,
    received: 0,
    expiresAt: at + uploadUrlMs,
  };
}
