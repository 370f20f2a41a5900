import { publish } from '../publishing/ending.ts';
import { now, type World } from '../world/world.ts';

const shownPosts = 15;

type ShownPost = Readonly<{
  publishId: string;
  account: string;
  at: number;
  title: string;
  kind: string;
  privacyLevel: string | null;
  state: string;
  isInInbox: boolean;
}>;

/** What was begun last, newest first. */
export function latestPosts({ publishing: { tasks } }: World): readonly ShownPost[] {
  return [...tasks.values()]
    .slice(-shownPosts)
    .reverse()
    .map((task) => ({
      publishId: task.publishId,
      account: task.accountId,
      at: task.createdAt,
      title: task.post.title,
      kind: task.kind,
      privacyLevel: task.post.privacyLevel,
      state: [task.status, task.failReason].filter((part) => part !== null).join(': '),
      isInInbox: task.status === 'SEND_TO_USER_INBOX',
    }));
}

/** Does what a person does with a draft in the TikTok app: posts it for everybody. */
export function tapFromForm(world: World, fields: Readonly<Record<string, string>>): void {
  const task = world.publishing.tasks.get(fields['publish_id'] ?? '');
  if (task?.status === 'SEND_TO_USER_INBOX') publish(world, task, { privacyLevel: 'PUBLIC_TO_EVERYONE', title: task.post.title }, now(world));
}
