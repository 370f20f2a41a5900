import type { PublishTask } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';

type Event = 'complete' | 'failed' | 'inbox_delivered' | 'publicly_available' | 'no_longer_publicaly_available';

/** Tells the app what became of a post; TikTok's own spelling. @param at ms since the epoch, simulated */
export function tell(world: World, task: PublishTask, event: Event, at: number, more: Readonly<Record<string, string>> = {}): void {
  world.outbox.push({
    clientKey: task.clientKey,
    event: `post.publish.${event}`,
    openId: task.openId,
    content: { publish_id: task.publishId, publish_type: task.mode === 'direct' ? 'DIRECT_PUBLISH' : 'INBOX_SHARE', ...more },
    createTime: Math.floor(at / 1_000),
  });
}
