import type { World } from '../world/world.ts';
import { createDownloads } from './downloads.ts';
import { settle } from './settle.ts';

/** Moves posts on. */
export interface Progress {
  /** Does all that is due. @returns whether the world changed */
  run(): boolean;
}

export function createProgress(world: World, stopping: AbortSignal): Progress {
  const downloads = createDownloads(world, stopping);
  return {
    run: () => {
      const hasChanged = settle(world);
      downloads.run();
      return hasChanged;
    },
  };
}
