import type { SimulatedPost } from '../world/post.ts';
import type { World } from '../world/world.ts';
import { tell } from './told.ts';

const longestTitle = 150;

/** Everybody sees the post from now on: it has an id for the app, and a video stands among the account's. @param at ms since the epoch */
export function makePublic(world: World, post: SimulatedPost, at: number): void {
  world.publishing.moderated.delete(post.id);
  post.isPublic = true;
  const account = world.accounts.get(post.accountId);
  if (account !== undefined && post.kind === 'video') {
    const video = {
      id: post.id,
      title: post.title.slice(0, longestTitle),
      description: post.title.slice(0, longestTitle),
      createTime: Math.floor(post.publishedAt / 1_000),
      durationSeconds: 15,
      width: 720,
      height: 1280,
      likeCount: 0,
      commentCount: 0,
      shareCount: 0,
      viewCount: 0,
      isPublic: true,
    };
    world.accounts.set(account.id, { ...account, videos: [video, ...account.videos.filter(({ id }) => id !== post.id)] });
  }
  tellOf(world, post, 'publicly_available', at);
}

/** The person hides the post or takes it away. */
export function hide(world: World, post: SimulatedPost, at: number): void {
  const wasPublic = post.isPublic;
  world.publishing.moderated.delete(post.id);
  post.publicAt = null;
  post.isPublic = false;
  const account = world.accounts.get(post.accountId);
  if (account !== undefined) world.accounts.set(account.id, { ...account, videos: account.videos.filter(({ id }) => id !== post.id) });
  if (wasPublic) tellOf(world, post, 'no_longer_publicaly_available', at);
}

function tellOf(world: World, post: SimulatedPost, event: 'publicly_available' | 'no_longer_publicaly_available', at: number): void {
  const task = world.publishing.tasks.get(post.publishId);
  if (task !== undefined) tell(world, task, event, at, { post_id: post.id });
}
