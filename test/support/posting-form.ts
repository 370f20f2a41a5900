import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { playableVideo } from './playable-video.ts';

const pictures = process.env['SCREENSHOTS'];

/** Keeps what the page looks like where somebody wants to look at it. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};

export const stagedMedia = '2f1d8a34-51a5-4b0e-9f43-0b9d6d5d0c77';

/** A publication as the API answers it. */
export const stagedPublication = (status: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  id: '0b9d1f0e-6a51-5c2e-8f0a-7d7f5f1c2b11',
  connection_id: '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
  status,
  status_reason: null,
  retryable: false,
  publish_id: null,
  post_ids: [],
  share_urls: [],
  progress: null,
  not_before: null,
  created_at: '2026-11-20T10:00:00.000Z',
  updated_at: '2026-11-20T10:00:05.000Z',
  revision: 5,
  ...changes,
});

export const submit = (page: Page) => page.getByRole('button', { name: /^(Post|Send) to TikTok$/ });
export const privacy = (page: Page) => page.getByLabel('Who can see this');
export const choose = (page: Page, seconds = 3, fill = 0) =>
  page.getByLabel('Video', { exact: true }).setInputFiles({ name: 'spring.webm', mimeType: 'video/webm', buffer: playableVideo(seconds, fill) });
export const disclose = (page: Page) => page.getByRole('switch', { name: 'Disclose commercial content' });
export const yourBrand = (page: Page) => page.getByRole('checkbox', { name: 'Your brand' });
export const branded = (page: Page) => page.getByRole('checkbox', { name: 'Branded content' });

/** Everything that must be chosen before a post may go. */
export const fillPost = async (page: Page): Promise<void> => {
  await choose(page);
  await page.getByLabel('Caption').fill('Spring #shoes');
  await privacy(page).selectOption('SELF_ONLY');
};
