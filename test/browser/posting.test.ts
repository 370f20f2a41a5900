import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { choose, fillPost, picture, privacy, stagedMedia, stagedPublication, submit } from '../support/posting-form.ts';
import type { PostingStage, Received } from '../support/posting-stage.ts';
import { stagedVisits } from '../support/staged-visits.ts';
import { until } from '../support/until.ts';

const media = { status: 201, body: { id: stagedMedia } };
const accepted = (status: string, changes = {}) => ({ status: 202, body: stagedPublication(status, changes) });
const problem = (status: number, code: string, more = {}) => ({ status, body: { type: 'about:blank', title: 'Refused', status, detail: 'No.', code, ...more } });

const postsOf = (stage: PostingStage): readonly Received[] => stage.received.filter(({ path }) => path === '/v1/publications');
const keyOf = (call: Received | undefined): unknown => call?.headers['idempotency-key'];
const bodyOf = (call: Received | undefined): unknown => JSON.parse(call?.body.toString() ?? 'null');

describe('posting from a browser', () => {
  const { start, show, leave, stop } = stagedVisits();
  beforeAll(start);
  afterEach(leave);
  afterAll(stop);

  it('sends the same request with the same key again when no answer came, and the file only once', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', problem(503, 'unavailable'), problem(409, 'conflict'), accepted('processing'));
    await fillPost(page);
    let lost: unknown;
    await page.route(
      '**/v1/publications',
      async (route) => {
        lost = route.request().headers()['idempotency-key'];
        await route.abort();
      },
      { times: 1 },
    );
    await submit(page).click();
    await page.getByText('The service could not be reached.').waitFor();
    await submit(page).click();
    await page.getByText('Try again in a moment.').waitFor();
    await submit(page).click();
    await until(async () => postsOf(stage).length, (count) => count === 2);
    await submit(page).click();
    await page.getByText('TikTok is processing it.').waitFor();
    const posts = postsOf(stage);
    expect(new Set([lost, ...posts.map(keyOf)]).size).toBe(1);
    expect(new Set(posts.map(({ body }) => body.toString())).size).toBe(1);
    expect(stage.received.filter(({ path }) => path === '/v1/media')).toHaveLength(1);
  });

  it('makes a new key for a changed post, and for one that was refused', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', problem(503, 'unavailable'), problem(422, 'unprocessable', { problems: [{ reason: 'title_too_long', detail: 'The title is too long.' }] }), accepted('processing'));
    await fillPost(page);
    await submit(page).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Caption').fill('Changed');
    await submit(page).click();
    await page.getByText('The title is too long.').waitFor();
    await submit(page).click();
    await page.getByText('TikTok is processing it.').waitFor();
    expect(new Set(postsOf(stage).map(keyOf)).size).toBe(3);
  });

  it('asks again with the same key after the page was loaded anew, and only when the person wants it', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', problem(503, 'unavailable'), accepted('published', { share_urls: ['https://www.tiktok.com/@ada.builds/video/7600000000000000001'] }));
    await fillPost(page);
    await submit(page).click();
    await page.getByRole('alert').waitFor();
    await page.reload();
    await page.getByText('Your last post got no answer.').waitFor();
    expect(postsOf(stage)).toHaveLength(1);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'See it on TikTok' }).waitFor();
    const [first, second] = postsOf(stage);
    expect([keyOf(second), bodyOf(second)]).toEqual([keyOf(first), bodyOf(first)]);
    await picture(page, 'publish-posted');
  });

  it('stops an upload that the person stops, and posts nothing', async () => {
    const { page, stage } = await show();
    stage.hold('POST /v1/media');
    await fillPost(page);
    await submit(page).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. Nothing was posted.').waitFor();
    expect(postsOf(stage)).toEqual([]);
    expect(await submit(page).isEnabled()).toBe(true);
  });

  it('shows how far the upload is', async () => {
    const { page, stage } = await show();
    stage.hold('POST /v1/media');
    await choose(page, 3, 3_000_000);
    await privacy(page).selectOption('SELF_ONLY');
    await submit(page).click();
    await page.getByRole('progressbar', { name: 'Uploading your video' }).waitFor();
    await expect.poll(() => page.evaluate("document.getElementById('upload').value")).toBeGreaterThan(0);
    await picture(page, 'publish-uploading');
  });

  it('says in a sentence why a file was not taken, and moves there', async () => {
    const { page, stage } = await show();
    stage.answer('POST /v1/media', problem(413, 'too_large', { title: 'The request is too large', detail: 'At most 4 GiB.' }));
    await fillPost(page);
    await submit(page).click();
    await page.getByText('The request is too large. At most 4 GiB.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('refused');
  });

  it('sends a draft with nothing but its words', async () => {
    const { page, stage } = await show({ mode: 'draft' });
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('delivered_to_inbox'));
    expect(await privacy(page).count()).toBe(0);
    await choose(page);
    await page.getByLabel('Caption').fill('Later');
    await picture(page, 'publish-draft');
    await submit(page).click();
    await page.getByText('It is in your TikTok inbox.').waitFor();
    expect(bodyOf(postsOf(stage)[0])).toEqual({
      connection_id: '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
      kind: 'video',
      mode: 'draft',
      post: { title: 'Later' },
      source: { type: 'media', media_id: stagedMedia },
      schedule_at: null,
      retry_of: null,
    });
  });

  it('sends photos by their addresses, and refuses what is no https address', async () => {
    const { page, stage } = await show({ kind: 'photo' });
    stage.answer('POST /v1/publications', accepted('processing'));
    await page.getByLabel('Photos', { exact: true }).fill('http://media.example/1.jpg');
    await page.getByText('Every address must begin with https://.').waitFor();
    await page.getByLabel('Photos', { exact: true }).fill('https://media.example/1.jpg\n\nhttps://media.example/2.jpg');
    await page.getByLabel('Title').fill('Lookbook');
    await page.getByLabel('Description').fill('Our #spring look');
    await privacy(page).selectOption('PUBLIC_TO_EVERYONE');
    await picture(page, 'publish-photos');
    await submit(page).click();
    await page.getByText('TikTok is processing it.').waitFor();
    expect(bodyOf(postsOf(stage)[0])).toMatchObject({
      kind: 'photo',
      post: { title: 'Lookbook', description: 'Our #spring look', allow_comment: false, auto_add_music: false },
      source: { type: 'photos', urls: ['https://media.example/1.jpg', 'https://media.example/2.jpg'], cover_index: 0 },
    });
  });

  it('sends the chosen time as a moment', async () => {
    const { page, stage } = await show({}, { timezoneId: 'Asia/Tokyo' });
    stage.answer('POST /v1/media', media);
    stage.answer('POST /v1/publications', accepted('scheduled', { not_before: '2099-01-01T00:00:00.000Z' }));
    await fillPost(page);
    await page.getByText('More options').click();
    await page.getByLabel(/^Post later/).fill('2001-01-01T09:00');
    await page.getByText('The chosen time has passed.').waitFor();
    await page.getByLabel(/^Post later/).fill('2099-01-01T09:00');
    await submit(page).click();
    await page.getByText('Scheduled.').waitFor();
    expect(z.object({ schedule_at: z.string() }).parse(bodyOf(postsOf(stage)[0])).schedule_at).toBe('2099-01-01T00:00:00.000Z');
  });
});
