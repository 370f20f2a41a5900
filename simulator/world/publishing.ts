import type { Hash } from 'node:crypto';
import type { SimulatedPost } from './post.ts';
import type { Fate, PublishTask } from './publish-task.ts';

/** What is to become of coming posts; what is left out goes as the settings say. */
export type FateRule = Readonly<{
  id: number;
  account: string | undefined;
  clientKey: string | undefined;
  /** How many inits it is for; null: all. */
  times: number | null;
  /** How many fitting inits pass before. */
  skip: number;
  fate: Partial<Fate>;
}>;

/** Everything about posts. Tasks and posts are kept over restarts, the rest is not. */
export type Publishing = Readonly<{
  /** By `publish_id`. */
  tasks: Map<string, PublishTask>;
  /** The same by account, oldest first. */
  tasksOf: Map<string, PublishTask[]>;
  /** By id. */
  posts: Map<string, SimulatedPost>;
  /** `publish_id`s TikTok still works on. */
  unfinished: Set<string>;
  /** Ids of posts that moderation will let become public. */
  moderated: Set<string>;
  /** `upload_id` to `publish_id`. */
  uploads: Map<string, string>;
  /** SHA-256 of the bytes stored so far, by `upload_id`. */
  digests: Map<string, Hash>;
  /** Simulated times of the calls of the last minute, by endpoint and token. */
  calls: Map<string, readonly number[]>;
  fates: Map<number, FateRule>;
}>;

export function createPublishing(tasks: readonly PublishTask[] = [], posts: readonly SimulatedPost[] = []): Publishing {
  const isUnfinished = ({ status }: PublishTask): boolean => status === 'PROCESSING_UPLOAD' || status === 'PROCESSING_DOWNLOAD';
  return {
    tasks: new Map(tasks.map((task) => [task.publishId, task])),
    tasksOf: Map.groupBy(tasks, ({ accountId }) => accountId),
    posts: new Map(posts.map((post) => [post.id, post])),
    unfinished: new Set(tasks.filter(isUnfinished).map(({ publishId }) => publishId)),
    moderated: new Set(posts.filter(({ publicAt, isPublic }) => publicAt !== null && !isPublic).map(({ id }) => id)),
    uploads: new Map(tasks.flatMap(({ publishId, transfer }) => (transfer.source === 'FILE_UPLOAD' ? [[transfer.uploadId, publishId]] : []))),
    digests: new Map(),
    calls: new Map(),
    fates: new Map(),
  };
}

/** From here on it is among all of them, and among those of its account. */
export function keepTask({ tasks, tasksOf }: Publishing, task: PublishTask): void {
  tasks.set(task.publishId, task);
  const others = tasksOf.get(task.accountId);
  if (others === undefined) tasksOf.set(task.accountId, [task]);
  else others.push(task);
}

export function clearPublishing(publishing: Publishing): void {
  for (const kept of Object.values(publishing)) kept.clear();
}
