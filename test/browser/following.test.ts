import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillPost, picture, stagedMedia, stagedPublication, submit } from '../support/posting-form.ts';
import type { PostingStage, Received } from '../support/posting-stage.ts';
import { stagedVisits } from '../support/staged-visits.ts';

const media = { status: 201, body: { id: stagedMedia } };
const accepted = (status: string, changes = {}) => ({ status: 202, body: stagedPublication(status, changes) });
const problem = (status: number, code: string, more = {}) => ({ status, body: { type: 'about:blank', title: 'Refused', status, detail: 'No.', code, ...more } });
const followed = `GET /v1/publications/${stagedPublication('queued').id}`;

const postsOf = (stage: PostingStage): readonly Received[] => stage.received.filter(({ path }) => path === '/v1/publications');
const keyOf = (call: Received | undefined): unknown => call?.headers['idempotency-key'];
const bodyOf = (call: Received | undefined): unknown => JSON.parse(call?.body.toString() ?? 'null');

describe('what becomes of a post, in a browser', () => {
  const { start, show, leave, stop } = stagedVisits();
  beforeAll(start);
  afterEach(leave);
  afterAll(stop);

  it('follows the post until it stands on TikTok, also after the page was loaded anew', async () => {
    const { page, stage, complaints } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('uploading', { progress: { bytes_sent: 10, bytes_total: 20 } }));
    stage.events(stagedPublication('uploading', { revision: 6, progress: { bytes_sent: 15, bytes_total: 20 } }), stagedPublication('processing', { revision: 7 }));
    await fillPost(page);
    await submit(page).click();
    await page.getByText('TikTok is processing it.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('outcome-title');
    await picture(page, 'publish-processing');
    stage.answer(followed, { status: 200, body: stagedPublication('processing', { revision: 7 }) });
    stage.events(stagedPublication('published', { revision: 8, share_urls: ['https://www.tiktok.com/@ada.builds/video/7600000000000000001'] }));
    await page.reload();
    await page.getByText('Posted.').waitFor();
    expect(await page.getByRole('link', { name: 'See it on TikTok' }).getAttribute('href')).toContain('/video/7600000000000000001');
    expect(complaints()).toEqual([]);
  });

  it('says that it cannot follow a post any more once the person is signed out, and asks no further', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('processing'));
    stage.refuseEvents();
    stage.answer(followed, problem(401, 'unauthenticated'));
    await fillPost(page);
    await submit(page).click();
    await page.getByText('It goes on, but this page cannot follow it any more.').waitFor();
    expect(await page.getByText('TikTok is processing it.').isVisible()).toBe(true);
  });

  it('asks now and then where events do not come through', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('processing'));
    stage.refuseEvents();
    stage.answer(followed, { status: 200, body: stagedPublication('published', { revision: 9 }) });
    await fillPost(page);
    await submit(page).click();
    await page.getByText('Posted.').waitFor();
    expect(await page.getByRole('link', { name: 'Make another post' }).getAttribute('href')).toBe(stage.url);
  });

  it('waits as long as it is told where it has asked too often, and goes on', async () => {
    const { page, stage } = await show();
    const tooOften = { ...problem(429, 'rate_limited'), headers: { 'retry-after': '1' } };
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('processing'));
    stage.refuseEvents();
    stage.answer(followed, tooOften, { status: 200, body: stagedPublication('published', { revision: 9 }) });
    await fillPost(page);
    await submit(page).click();
    await page.getByText('Posted.').waitFor();
    stage.answer(followed, tooOften, { status: 200, body: stagedPublication('published', { revision: 9 }) });
    await page.reload();
    await page.getByText('Posted.').waitFor();
    expect(await submit(page).isVisible()).toBe(false);
  });

  it('does not say that it is too late to cancel where the service only asks to wait', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('queued'));
    stage.answer(`POST /v1/publications/${stagedPublication('queued').id}/cancel`, problem(429, 'rate_limited'), { status: 200, body: stagedPublication('cancelled', { revision: 9 }) });
    await fillPost(page);
    await submit(page).click();
    await page.getByRole('button', { name: 'Cancel this post' }).click();
    await page.getByText('Refused. No. Try again in a moment.').waitFor();
    await page.getByRole('button', { name: 'Cancel this post' }).click();
    await page.getByText('Cancelled. Nothing was posted.').waitFor();
  });

  it('cancels while it can, and says when it is too late', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('queued', { not_before: '2026-11-20T11:00:00.000Z', status_reason: 'spam_risk_too_many_posts' }));
    stage.answer(`POST /v1/publications/${stagedPublication('queued').id}/cancel`, problem(409, 'conflict'));
    await fillPost(page);
    await submit(page).click();
    await page.getByText('This account has posted as often as TikTok allows in a day. It goes on at').waitFor();
    await page.getByRole('button', { name: 'Cancel this post' }).click();
    await page.getByText('It is too late to cancel: TikTok has it already.').waitFor();
  });

  it('cancels a post that TikTok does not have yet', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('queued'));
    stage.answer(`POST /v1/publications/${stagedPublication('queued').id}/cancel`, { status: 200, body: stagedPublication('cancelled', { revision: 9 }) });
    await fillPost(page);
    await submit(page).click();
    await page.getByRole('button', { name: 'Cancel this post' }).click();
    await page.getByText('Cancelled. Nothing was posted.').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel this post' }).isVisible()).toBe(false);
  });

  it('says why TikTok failed it, and lets a new one follow where that makes no second post', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('failed', { status_reason: 'internal', retryable: true }), accepted('published'));
    await fillPost(page);
    await submit(page).click();
    await page.getByText('TikTok had a problem of its own.').waitFor();
    await picture(page, 'publish-failed');
    await page.getByRole('button', { name: 'Try again' }).click();
    await submit(page).click();
    await page.getByText('Posted.').waitFor();
    const [first, second] = postsOf(stage);
    expect(bodyOf(second)).toMatchObject({ retry_of: stagedPublication('failed').id });
    expect(keyOf(second)).not.toBe(keyOf(first));
  });
});
