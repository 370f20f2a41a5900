import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/accessibility.ts';
import { playableVideo } from '../support/playable-video.ts';
import { branded, disclose, fillPost, picture, privacy, stagedMedia, stagedPublication, submit, yourBrand } from '../support/posting-form.ts';
import { stagedVisits } from '../support/staged-visits.ts';

const schemes = ['light', 'dark'] as const;
const widths = [1280, 360] as const;

describe('the posting page for everyone', () => {
  const { start, show, leave, stop } = stagedVisits();
  beforeAll(start);
  afterEach(leave);
  afterAll(stop);

  /** Presses Tab until the element is reached; fails where it cannot be. */
  const tabTo = async (page: Page, id: string): Promise<void> => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await page.evaluate('document.activeElement.id')) === id) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to ${id}`);
  };

  for (const colorScheme of schemes) {
    for (const width of widths) {
      it(`is readable and keeps nobody out, ${colorScheme}, ${width} pixels wide`, async () => {
        const { page, complaints } = await show({ options: { duetDisabled: true } }, { colorScheme, viewport: { width, height: 800 } });
        expect(await accessibilityProblems(page)).toEqual([]);
        await fillPost(page);
        await privacy(page).selectOption('PUBLIC_TO_EVERYONE');
        await disclose(page).check();
        await yourBrand(page).check();
        await branded(page).check();
        await page.getByText('More options').click();
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await picture(page, `publish-${colorScheme}-${width}`);
        expect(complaints()).toEqual([]);
      });
    }
  }

  it('keeps nobody out while and after it posts', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', { status: 413, body: { title: 'Too large', detail: 'At most 4 GiB.', code: 'too_large' } }, { status: 201, body: { id: stagedMedia } });
    stage.answer('POST /v1/publications', { status: 202, body: stagedPublication('uploading', { progress: { bytes_sent: 1, bytes_total: 2 } }) });
    await fillPost(page);
    await submit(page).click();
    await page.getByText('Too large').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await submit(page).click();
    await page.getByText('On its way to TikTok.').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('can be walked through and posted from with the keyboard alone', async () => {
    const { page, stage, complaints } = await show();
    stage.answer('POST /v1/media', { status: 201, body: { id: stagedMedia } });
    stage.answer('POST /v1/publications', { status: 202, body: stagedPublication('published') });
    // Asked for before the way to the field: the browser must know of it when the key is pressed.
    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, 'file');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({ name: 'spring.webm', mimeType: 'video/webm', buffer: playableVideo(3) });
    await tabTo(page, 'title');
    await page.keyboard.type('By keyboard');
    await tabTo(page, 'privacy');
    await page.keyboard.type('Every');
    await tabTo(page, 'allow-comment');
    await page.keyboard.press('Space');
    await tabTo(page, 'disclose');
    await page.keyboard.press('Space');
    await tabTo(page, 'submit');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('brand-organic');
    await tabTo(page, 'brand-content');
    await page.keyboard.press('Space');
    await tabTo(page, 'submit');
    await page.keyboard.press('Enter');
    await page.getByText('Posted.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('outcome-title');
    const post: unknown = JSON.parse(stage.received.find(({ path }) => path === '/v1/publications')?.body.toString() ?? '');
    expect(post).toMatchObject({ post: { title: 'By keyboard', privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: true, brand_content: true } });
    expect(complaints()).toEqual([]);
  });

  it('says what is missing where the button cannot be pressed, and leads there', async () => {
    const { page } = await show();
    await page.getByRole('button', { name: 'Post to TikTok', description: 'Choose a video first.' }).press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('file');
  });

  it('says in one clear sentence that it needs scripts, and lets nothing be sent without them', async () => {
    const { page, stage } = await show({}, { javaScriptEnabled: false });
    await page.getByText('This page needs JavaScript to post,').waitFor();
    expect(await submit(page).isEnabled()).toBe(false);
    await page.getByLabel('Caption').fill('x');
    await picture(page, 'publish-without-scripts');
    expect(stage.received).toEqual([]);
  });
});
