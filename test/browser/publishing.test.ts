import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium, visit } from '../support/chromium.ts';
import { choose, picture, privacy, submit } from '../support/posting-form.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { startService, temporaryDirectory, type ServiceProcess } from '../support/service-process.ts';

const scopes = 'user.info.basic,video.list,video.publish,video.upload';

describe('the pages with the whole service behind them', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    data = await temporaryDirectory();
    service = await startService({ DATA_DIR: data.path, LOG_LEVEL: 'warn', TIKTOK_SCOPES: scopes });
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
    await data.remove();
  });

  const asUser = (user: string, options: Parameters<Browser['newContext']>[0] = {}) =>
    visit(browser, { ...options, storageState: { cookies: [{ name: 'dev_user', value: user, domain: 'localhost', path: '/', expires: -1, httpOnly: false, secure: false, sameSite: 'Lax' }], origins: [] } });

  const connect = async (page: Page, account: number): Promise<void> => {
    await page.goto(`${service.url}/api/tiktok/auth/authorize?add_account=1`);
    await page.getByRole('radio').nth(account).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/dashboard/account?*');
  };

  it('posts a video from the account page to TikTok, and shows how far it is', async () => {
    const { page, complaints, context } = await asUser('poster');
    await connect(page, 0);
    await page.getByRole('link', { name: /^Post to TikTok/ }).click();
    await page.getByText('Posting to').waitFor();
    await choose(page, 5);
    await page.getByLabel('Caption').fill('From end to end #spring');
    await privacy(page).selectOption('SELF_ONLY');
    await picture(page, 'publish-whole');
    await submit(page).click();
    await page.getByText(/^Posted\./).waitFor({ timeout: 60_000 });
    await picture(page, 'publish-whole-posted');
    expect(complaints()).toEqual([]);
    await context.close();
  });

  it('shows recent videos with views, likes, comments and shares on the account page', async () => {
    const { page, complaints, context } = await asUser('watcher');
    await connect(page, 1);
    const videos = page.getByRole('region', { name: /^Recent videos/ });
    await videos.getByText('views').first().waitFor();
    expect(await videos.getByRole('listitem').count()).toBeGreaterThan(1);
    for (const word of ['likes', 'comments', 'shares']) expect(await videos.getByText(word).count()).toBeGreaterThan(1);
    await picture(page, 'account-videos');
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(complaints()).toEqual([]);
    await context.close();
  });

  it('shows the account though its videos cannot be shown', async () => {
    const { page, context } = await asUser('watcher');
    await page.route('**/videos?*', (route) => route.fulfill({ status: 502, body: '{}' }));
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByText('The recent videos cannot be shown now.').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    await context.close();
  });

  for (const [colorScheme, width] of [['light', 1280], ['dark', 360]] as const) {
    it(`tells the history of an account, its state at a moment and what changed, ${colorScheme}, ${width} pixels wide`, async () => {
      const { page, complaints, context } = await asUser(`historian-${colorScheme}`, { colorScheme, viewport: { width, height: 800 } });
      await connect(page, colorScheme === 'light' ? 2 : 3);
      await page.getByRole('button', { name: /^Disconnect/ }).click();
      await connect(page, colorScheme === 'light' ? 2 : 3);
      await page.getByRole('link', { name: /^History/ }).click();
      await page.getByText('Nothing was changed.').waitFor();
      expect(await page.locator('.timeline > li').count()).toBe(3);
      await page.getByRole('link', { name: 'How it was then (after event 2)' }).click();
      await page.getByText('As it was after event 2:').waitFor();
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('region', { name: 'What changed', exact: true }).waitFor();
      await page.getByLabel('Moment (UTC)').fill('2001-01-01T00:00:00');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('At that moment this account was not connected by you yet.').waitFor();
      await page.getByRole('link', { name: 'How it was then (after event 1)' }).click();
      await page.getByText('Event 1 in full').click();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await picture(page, `history-${colorScheme}-${width}`);
      expect(complaints()).toEqual([]);
      await context.close();
    });
  }
});
