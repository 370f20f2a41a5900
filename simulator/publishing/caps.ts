import type { SimulatedAccount } from '../world/account.ts';
import type { SimulatedApp } from '../world/app.ts';
import type { PublishTask } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';

const dayMs = 86_400_000;
const unauditedUserCap = 5;

/** Before the audit, and in a sandbox, apps may only post privately to private accounts. */
export const isRestricted = ({ audited, mode }: SimulatedApp): boolean => !audited || mode === 'sandbox';

/** Those of the last 24 hours. @param at ms since the epoch, simulated */
function ofTheDay(tasks: Iterable<PublishTask>, at: number, fits: (task: PublishTask) => boolean): readonly PublishTask[] {
  const since = at - dayMs;
  return Iterator.from(tasks)
    .filter((task) => task.createdAt > since && fits(task))
    .toArray();
}

const tasksOf = ({ publishing }: World, accountId: string): readonly PublishTask[] => publishing.tasksOf.get(accountId) ?? [];

/** Whether this creator has posted all that may come through the API in 24 hours, those of all apps together. */
export function hasPostedEnough(world: World, { id, posting }: SimulatedAccount, at: number): boolean {
  const posted = ofTheDay(tasksOf(world, id), at, (task) => task.mode === 'direct' && task.status !== 'FAILED');
  return posted.length + posting.postsElsewhere >= posting.dailyPostCap;
}

/** Whether the app's creators of the last 24 hours are as many as may be, and this one is none of them. */
export function isOneUserTooMany(world: World, app: SimulatedApp, { id }: SimulatedAccount, at: number): boolean {
  const cap = app.activeUserCap ?? (isRestricted(app) ? unauditedUserCap : null);
  if (cap === null) return false;
  const active = new Set(ofTheDay(world.publishing.tasks.values(), at, (task) => task.clientKey === app.clientKey && task.mode === 'direct').map(({ accountId }) => accountId));
  return !active.has(id) && active.size >= cap;
}

/** Whether so many drafts of the last 24 hours wait in the inbox, or are on their way, that no more are taken. */
export function hasFullInbox(world: World, { id }: SimulatedAccount, at: number): boolean {
  const waiting = ofTheDay(
    tasksOf(world, id),
    at,
    (task) => task.mode === 'inbox' && task.status !== 'FAILED' && task.status !== 'PUBLISH_COMPLETE',
  );
  return waiting.length >= world.settings.publishing.pendingShares;
}

export const privacyOptions = ({ posting: { isPrivate } }: SimulatedAccount): readonly string[] =>
  isPrivate ? ['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'] : ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'];
