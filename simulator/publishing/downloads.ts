import { createHash } from 'node:crypto';
import type { ReceivedFile } from '../world/post.ts';
import type { Pull, PublishTask } from '../world/publish-task.ts';
import { now, type World } from '../world/world.ts';
import { fail } from './ending.ts';
import { isLoopback } from './url-ownership.ts';

/** Fetches what posts are to be pulled from. */
export interface Downloads {
  /** Begins whatever has not begun, and breaks off what is wanted no more. */
  run(): void;
}

const largestVideo = 4 * 2 ** 30;
const largestPhoto = 20_000_000;

class PhotoTooLarge extends Error {}

/**
 * Only loopback is ever asked: other hosts where the settings say they are to be found there.
 * @param stopping ends whatever is under way
 */
export function createDownloads(world: World, stopping: AbortSignal): Downloads {
  const running = new Map<string, AbortController>();
  const { tasks, unfinished } = world.publishing;

  const fetchOne = async (task: PublishTask, pull: Pull, url: string, signal: AbortSignal): Promise<ReceivedFile> => {
    const answer = await fetch(placeOf(world, new URL(url)), { redirect: 'manual', signal });
    if (answer.status !== 200 || answer.body === null) throw new Error(`${url} was answered ${answer.status}`);
    const digest = createHash('sha256');
    const body: AsyncIterable<Uint8Array> = answer.body;
    let bytes = 0;
    for await (const piece of body) {
      digest.update(piece);
      bytes += piece.byteLength;
      pull.downloaded += piece.byteLength;
      if (bytes > largestVideo) throw new Error(`${url} is too large`);
      if (task.kind === 'photo' && bytes > largestPhoto) throw new PhotoTooLarge();
    }
    if (bytes === 0) throw new Error(`${url} is empty`);
    return { bytes, sha256: digest.digest('hex') };
  };

  const fetchAll = async (task: PublishTask, pull: Pull, signal: AbortSignal): Promise<void> => {
    pull.downloaded = 0;
    const files: ReceivedFile[] = [];
    for (const url of pull.urls) files.push(await fetchOne(task, pull, url, signal));
    if (!unfinished.has(task.publishId)) return;
    task.files = files;
    task.receivedAt = Math.max(now(world), task.createdAt + task.fate.downloadMs);
  };

  const begin = async (task: PublishTask, pull: Pull, controller: AbortController): Promise<void> => {
    try {
      await fetchAll(task, pull, AbortSignal.any([controller.signal, stopping]));
    } catch (problem) {
      if (stopping.aborted || !unfinished.has(task.publishId)) return;
      if (problem instanceof PhotoTooLarge) fail(world, task, 'picture_size_check_failed', now(world));
      else fail(world, task, task.kind === 'photo' ? 'photo_pull_failed' : 'video_pull_failed', now(world));
    }
  };

  return {
    run: () => {
      for (const [publishId, controller] of running) {
        if (unfinished.has(publishId)) continue;
        controller.abort();
        running.delete(publishId);
      }
      for (const publishId of unfinished) {
        const task = tasks.get(publishId);
        if (task?.transfer.source !== 'PULL_FROM_URL' || task.receivedAt !== null || running.has(publishId)) continue;
        const controller = new AbortController();
        running.set(publishId, controller);
        begin(task, task.transfer, controller).catch(() => undefined);
      }
    },
  };
}

/** @throws Error for a host the simulator has no place for: it never asks the Internet */
function placeOf({ settings: { publishing } }: World, url: URL): URL {
  if (isLoopback(url)) return url;
  const place = publishing.hosts[url.host];
  if (place === undefined) throw new Error(`the settings have no place for ${url.host}`);
  return new URL(`${url.pathname}${url.search}`, place);
}
