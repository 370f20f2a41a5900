import type { Browser } from 'playwright-core';
import { startChromium, visit, type Visit } from './chromium.ts';
import { openPostingStage, type PostingStage } from './posting-stage.ts';

type Staged = Parameters<typeof openPostingStage>[0];

export interface StagedVisits {
  readonly start: () => Promise<void>;
  /** A fresh person before a posting page of its own. */
  readonly show: (given?: Staged, options?: Parameters<Browser['newContext']>[0]) => Promise<Visit & Readonly<{ stage: PostingStage }>>;
  /** Closes what was shown since. */
  readonly leave: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const stagedVisits = (): StagedVisits => {
  let browser: Browser | null = null;
  const open: Readonly<{ stage: PostingStage; visited: Visit }>[] = [];
  return {
    start: async () => {
      browser = await startChromium();
    },
    show: async (given = {}, options = {}) => {
      if (browser === null) throw new Error('no browser was started');
      const stage = await openPostingStage(given);
      const visited = await visit(browser, options);
      open.push({ stage, visited });
      await visited.page.goto(stage.url);
      return { ...visited, stage };
    },
    leave: async () => {
      for (const { stage, visited } of open.splice(0)) {
        await visited.context.close();
        await stage.close();
      }
    },
    stop: async () => {
      await browser?.close();
    },
  };
};
