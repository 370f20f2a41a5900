import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { playableVideo } from '../support/playable-video.ts';
import { branded, choose, disclose, fillPost, privacy, stagedMedia, stagedPublication, submit, yourBrand } from '../support/posting-form.ts';
import { stagedVisits } from '../support/staged-visits.ts';

const hoverWords = 'You need to indicate if your content promotes yourself, a third party, or both.';
const notPrivate = 'Branded content visibility cannot be set to private.';

describe("TikTok's content-sharing guidelines, on the posting page", () => {
  const { start, show, leave, stop } = stagedVisits();
  beforeAll(start);
  afterEach(leave);
  afterAll(stop);

  it("1: shows the creator's nickname, so that it is plain to whom the post goes", async () => {
    const { page, complaints } = await show();
    await page.getByText('Posting to Ada Builds @ada.builds').waitFor();
    expect(complaints()).toEqual([]);
  });

  it('1: refuses a video that lasts longer than this creator may post', async () => {
    const { page } = await show({ options: { maxVideoSeconds: 5 } });
    await choose(page, 9);
    await page.getByText('This video lasts 0:09. This account may post at most 5 seconds.').first().waitFor();
    expect(await submit(page).isEnabled()).toBe(false);
    await choose(page, 4);
    await privacy(page).selectOption('SELF_ONLY');
    await expect.poll(() => submit(page).isEnabled()).toBe(true);
  });

  it('2a: lets the title be written and changed', async () => {
    const { page } = await show();
    await page.getByLabel('Caption').fill('One');
    await page.getByLabel('Caption').fill('Two #tags');
    expect(await page.getByLabel('Caption').inputValue()).toBe('Two #tags');
    await page.getByText('9 of 2200 characters').waitFor();
  });

  it("2b: offers exactly the creator's audiences, none of them chosen", async () => {
    const { page } = await show({ options: { privacyLevels: ['FOLLOWER_OF_CREATOR', 'SELF_ONLY'] } });
    expect(await privacy(page).inputValue()).toBe('');
    expect(await page.evaluate("[...document.querySelectorAll('#privacy option')].map(({ value }) => value)")).toEqual(['', 'FOLLOWER_OF_CREATOR', 'SELF_ONLY']);
    await choose(page);
    await page.getByText('Choose who can see this.', { exact: true }).waitFor();
    expect(await submit(page).isEnabled()).toBe(false);
  });

  it('2c: has comment, duet and stitch switched off until the creator switches them on', async () => {
    const { page } = await show();
    for (const name of ['Comment', 'Duet', 'Stitch']) {
      const toggle = page.getByRole('switch', { name });
      expect([await toggle.isChecked(), await toggle.isEnabled()]).toEqual([false, true]);
      await toggle.check();
    }
  });

  it('2c: greys out what the creator has disabled on TikTok, and says why', async () => {
    const { page } = await show({ options: { commentDisabled: true, duetDisabled: true, stitchDisabled: true } });
    for (const name of ['Comment', 'Duet', 'Stitch']) {
      const toggle = page.getByRole('switch', { name });
      expect([await toggle.isChecked(), await toggle.isEnabled()]).toEqual([false, false]);
    }
    await page.getByText('Stitches are switched off in this account’s TikTok settings.').waitFor();
  });

  it('2c: shows only comment for photos', async () => {
    const { page } = await show({ kind: 'photo' });
    expect(await page.getByRole('switch', { name: 'Comment' }).count()).toBe(1);
    expect(await page.getByRole('switch', { name: /Duet|Stitch/ }).count()).toBe(0);
  });

  it('3: has the disclosure off, and behind it two choices, neither of them made', async () => {
    const { page } = await show();
    expect(await disclose(page).isChecked()).toBe(false);
    expect(await yourBrand(page).isVisible()).toBe(false);
    await disclose(page).check();
    expect([await yourBrand(page).isChecked(), await branded(page).isChecked()]).toEqual([false, false]);
  });

  it('3: disables the button until one of the two is chosen, with the words TikTok wants on hovering', async () => {
    const { page } = await show();
    await fillPost(page);
    expect(await submit(page).isEnabled()).toBe(true);
    await disclose(page).check();
    expect(await submit(page).isEnabled()).toBe(false);
    expect(await submit(page).getAttribute('title')).toBe(hoverWords);
    await yourBrand(page).check();
    expect(await submit(page).isEnabled()).toBe(true);
  });

  it('3: prompts with the label that the choice brings, and only after the choice', async () => {
    const { page } = await show();
    const organic = page.getByText("Your photo/video will be labeled as 'Promotional content'");
    const paid = page.getByText("Your photo/video will be labeled as 'Paid partnership'");
    await disclose(page).check();
    expect([await organic.count(), await paid.count()]).toEqual([0, 0]);
    await yourBrand(page).check();
    expect([await organic.count(), await paid.count()]).toEqual([1, 0]);
    await branded(page).check();
    expect([await organic.count(), await paid.count()]).toEqual([0, 1]);
    await yourBrand(page).uncheck();
    expect([await organic.count(), await paid.count()]).toEqual([0, 1]);
    await disclose(page).uncheck();
    expect([await organic.count(), await paid.count()]).toEqual([0, 0]);
  });

  it('3: takes branded content away when the post is private, and says why', async () => {
    const { page } = await show();
    await privacy(page).selectOption('SELF_ONLY');
    await disclose(page).check();
    expect(await branded(page).isEnabled()).toBe(false);
    await page.getByText(`${notPrivate} Choose another audience above to switch it on.`).waitFor();
    expect(await yourBrand(page).isEnabled()).toBe(true);
    await privacy(page).selectOption('PUBLIC_TO_EVERYONE');
    expect(await branded(page).isEnabled()).toBe(true);
  });

  it('3: takes "Only me" away when branded content is chosen first, with the words TikTok wants on hovering', async () => {
    const { page } = await show();
    await disclose(page).check();
    await branded(page).check();
    const onlyMe = privacy(page).locator('option[value=SELF_ONLY]');
    expect([await onlyMe.isDisabled(), await onlyMe.getAttribute('title'), await privacy(page).getAttribute('title')]).toEqual([true, notPrivate, notPrivate]);
    await branded(page).uncheck();
    expect([await onlyMe.isDisabled(), await privacy(page).getAttribute('title')]).toEqual([false, '']);
  });

  it('4: declares the agreement before the button, with the links for each choice', async () => {
    const { page } = await show();
    const declaration = page.locator('#declaration');
    const links = () => page.evaluate("[...document.querySelectorAll('#declaration a')].filter((link) => link.checkVisibility()).map(({ href }) => href)");
    const music = 'https://www.tiktok.com/legal/page/global/music-usage-confirmation/en';
    const policy = 'https://www.tiktok.com/legal/page/global/bc-policy/en';
    const musicWords = 'By posting, you agree to TikTok’s Music Usage Confirmation.';
    expect([await declaration.innerText(), await links()]).toEqual([musicWords, [music]]);
    await disclose(page).check();
    await yourBrand(page).check();
    expect([await declaration.innerText(), await links()]).toEqual([musicWords, [music]]);
    await branded(page).check();
    expect([await declaration.innerText(), await links()]).toEqual([
      'By posting, you agree to TikTok’s Branded Content Policy and Music Usage Confirmation.',
      [policy, music],
    ]);
    await yourBrand(page).uncheck();
    expect(await links()).toEqual([policy, music]);
    expect(await page.evaluate("document.getElementById('declaration').compareDocumentPosition(document.getElementById('submit')) & Node.DOCUMENT_POSITION_FOLLOWING")).toBeGreaterThan(0);
  });

  it('5: plays a preview of the chosen video without sending it anywhere', async () => {
    const { page, stage, complaints } = await show();
    await choose(page, 3);
    await page.getByText(/spring\.webm, 0:03/).waitFor();
    expect(await page.evaluate("[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]")).toEqual([360, 640]);
    expect(stage.received).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('5: sends nothing before the creator presses the button, and then what was agreed to and when', async () => {
    const { page, stage, complaints } = await show();
    const began = new Date().toISOString();
    await fillPost(page);
    await page.getByRole('switch', { name: 'Comment' }).check();
    await privacy(page).selectOption('PUBLIC_TO_EVERYONE');
    await disclose(page).check();
    await branded(page).check();
    expect(stage.received).toEqual([]);
    stage.answer('POST /v1/media', { status: 201, body: { id: stagedMedia } });
    stage.answer('POST /v1/publications', { status: 202, body: stagedPublication('processing') });
    await submit(page).click();
    await page.getByText('TikTok is processing it.').waitFor();
    const [media, post] = stage.received;
    expect([media?.path, media?.headers['content-type'], media?.body.equals(playableVideo(3))]).toEqual(['/v1/media', 'video/webm', true]);
    const body: unknown = JSON.parse(post?.body.toString() ?? '');
    expect(body).toMatchObject({
      kind: 'video',
      mode: 'direct',
      post: { title: 'Spring #shoes', privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: true, allow_duet: false, allow_stitch: false, brand_content: true, brand_organic: false },
      consent: { music_usage: true, branded_content_policy: true },
      source: { type: 'media', media_id: stagedMedia },
    });
    expect(consentTime(body) >= began).toBe(true);
    expect(complaints()).toEqual([]);
  });

  it('5: says that it may take a few minutes', async () => {
    const { page } = await show();
    await page.getByText('it may take a few minutes until TikTok has processed it').waitFor();
  });
});

const consentTime = (body: unknown): string => z.object({ consent: z.object({ confirmed_at: z.string() }) }).parse(body).consent.confirmed_at;
