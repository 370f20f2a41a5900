import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accessibilityProblems } from '../support/accessibility.ts';
import { choose, fillPost, stagedMedia, stagedPublication, submit } from '../support/posting-form.ts';
import type { PostingStage } from '../support/posting-stage.ts';
import { stagedVisits } from '../support/staged-visits.ts';
import { until } from '../support/until.ts';

const slider = (page: Page) => page.getByRole('slider', { name: 'Cover' });
const heard = (page: Page) => slider(page).getAttribute('aria-valuetext');
const shownAt = (page: Page): Promise<unknown> => page.evaluate("document.getElementById('preview-video').currentTime");
/** Width, height and how opaque the middle of the picture is. */
const picture = (page: Page): Promise<unknown> =>
  page.evaluate("((canvas) => [canvas.width, canvas.height, canvas.getContext('2d').getImageData(45, 80, 1, 1).data[3]])(document.getElementById('cover-picture'))");

const sent = z.object({ post: z.record(z.string(), z.unknown()) });
const posted = async (page: Page, stage: PostingStage): Promise<Readonly<Record<string, unknown>>> => {
  stage.answer('POST /v1/media', { status: 201, body: { id: stagedMedia } });
  stage.answer('POST /v1/publications', { status: 202, body: stagedPublication('processing') });
  await submit(page).click();
  await page.getByText('TikTok is processing it.').waitFor();
  return sent.parse(JSON.parse(stage.received.find(({ path }) => path === '/v1/publications')?.body.toString() ?? '')).post;
};

describe('the cover of a post', () => {
  const { start, show, leave, stop } = stagedVisits();
  beforeAll(start);
  afterEach(leave);
  afterAll(stop);

  it('is the first frame until another one is chosen, and TikTok is told none', async () => {
    const { page, stage, complaints } = await show();
    expect(await slider(page).isVisible()).toBe(false);
    await fillPost(page);
    await slider(page).waitFor();
    expect([await slider(page).inputValue(), await heard(page)]).toEqual(['0', 'First frame']);
    await page.getByRole('img', { name: 'Cover: first frame' }).waitFor();
    await until(() => picture(page), (painted) => JSON.stringify(painted) === '[90,160,255]');
    expect(await posted(page, stage)).not.toHaveProperty('cover_timestamp_ms');
    expect(complaints()).toEqual([]);
  });

  it('is chosen with the keyboard alone, heard and shown as it is', async () => {
    const { page, stage, complaints } = await show();
    await fillPost(page);
    await slider(page).focus();
    for (let presses = 0; presses < 12; presses += 1) await page.keyboard.press('ArrowRight');
    expect(await heard(page)).toBe('0:01.2 of 0:02.9');
    await page.getByRole('img', { name: 'Cover: frame at 0:01.2' }).waitFor();
    await until(() => shownAt(page), (seconds) => seconds === 1.2);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await heard(page)).toBe('0:02.8 of 0:02.9');
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await posted(page, stage)).toMatchObject({ cover_timestamp_ms: 2_800 });
    expect(complaints()).toEqual([]);
  });

  it('is the frame that the preview shows, where the person takes it', async () => {
    const { page, stage } = await show();
    await fillPost(page);
    await page.evaluate("new Promise((resolve) => { const video = document.getElementById('preview-video'); video.addEventListener('seeked', resolve, { once: true }); video.currentTime = 1.57; })");
    expect(await slider(page).inputValue()).toBe('0');
    await page.getByRole('button', { name: 'Use the frame shown above' }).click();
    expect([await slider(page).inputValue(), await heard(page)]).toEqual(['1500', '0:01.5 of 0:02.9']);
    expect(await posted(page, stage)).toMatchObject({ cover_timestamp_ms: 1_500 });
  });

  it('is chosen anew for another file', async () => {
    const { page } = await show();
    await choose(page, 3);
    await slider(page).fill('2000');
    expect(await heard(page)).toBe('0:02.0 of 0:02.9');
    await choose(page, 5);
    await expect.poll(() => slider(page).getAttribute('max')).toBe('4900');
    expect([await slider(page).inputValue(), await heard(page)]).toEqual(['0', 'First frame']);
  });

  it('cannot be chosen for a draft, nor of a file that the browser cannot play', async () => {
    const draft = await show({ mode: 'draft' });
    await choose(draft.page);
    await draft.page.getByText(/spring\.webm, 0:03/).waitFor();
    expect(await slider(draft.page).count()).toBe(0);
    const { page } = await show();
    await page.getByLabel('Video', { exact: true }).setInputFiles({ name: 'odd.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(1_000) });
    await page.getByText('Your browser cannot play this file here').waitFor();
    expect(await slider(page).isVisible()).toBe(false);
  });
});
