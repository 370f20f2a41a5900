import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startChromium, visit } from '../support/chromium.ts';
import { simulatorControl } from '../support/simulator-control.ts';
import { startService, temporaryDirectory, type ServiceProcess } from '../support/service-process.ts';

const pictures = process.env['SCREENSHOTS'];

const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};

describe('the account page in a browser', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    data = await temporaryDirectory();
    service = await startService({ DATA_DIR: data.path, LOG_LEVEL: 'warn' });
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
    await page.getByRole('radio').nth(account).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/dashboard/account?*');
  };

  it('connects an account, shows it, and disconnects it, with nothing to complain about', async () => {
    const { page, complaints, context } = await asUser('ada');
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByRole('heading', { name: 'Connected Accounts' }).waitFor();
    await picture(page, 'account-empty');

    await page.getByRole('link', { name: 'Connect TikTok' }).click();
    await picture(page, 'simulator-consent');
    await connect(page, 0);
    await page.getByText('Connected', { exact: true }).waitFor();
    await picture(page, 'account-connected');
    expect(await page.evaluate("document.querySelector('main img').naturalWidth")).toBeGreaterThan(0);
    expect(page.url()).toContain('tiktok_success=true');
    expect((await context.cookies()).filter(({ name }) => name.includes('oauth'))).toEqual([]);

    await page.getByRole('button', { name: /^Disconnect/ }).click();
    await page.getByRole('link', { name: 'Connect TikTok' }).waitFor();
    await picture(page, 'account-disconnected');
    expect(complaints()).toEqual([]);
    await context.close();
  });

  it('works without scripts and with the keyboard alone', async () => {
    const { page, context } = await asUser('grace', { javaScriptEnabled: false });
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByRole('link', { name: 'Connect TikTok' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('radio').nth(1).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Continue' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/dashboard/account?*');
    await page.getByText('Connected', { exact: true }).waitFor();
    await context.close();
  });

  it('shows every account of several', async () => {
    const { page, context } = await asUser('several');
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByRole('link', { name: 'Connect TikTok' }).click();
    await connect(page, 2);
    await page.getByRole('link', { name: /Add/ }).click();
    await connect(page, 3);
    expect(await page.getByText('Connected', { exact: true }).count()).toBe(2);
    await picture(page, 'account-several');
    await context.close();
  });

  it('says that a consent is needed again, and takes it', async () => {
    const { page, context, complaints } = await asUser('lapsed');
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByRole('link', { name: 'Connect TikTok' }).click();
    await connect(page, 4);
    const shown = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await (await page.request.get(`${service.url}/v1/connections`)).json());
    const connection = shown.data[0]?.id ?? '';
    const tiktok = simulatorControl(service.simulatorUrl);
    await tiktok.addFaults({ endpoint: 'token.refresh', times: 1, action: { type: 'error', code: 'invalid_grant' } });
    const refused = await fetch(`${service.url}/v1/connections/${connection}/refresh`, { method: 'POST', headers: { authorization: 'Bearer dev' } });
    expect(refused.status).toBe(409);

    await page.goto(`${service.url}/dashboard/account`);
    await page.getByText('Needs your consent again').waitFor();
    await picture(page, 'account-needs-consent');
    const asked = page.waitForRequest((request) => request.url().includes('disable_auto_auth=1'));
    await page.getByRole('link', { name: /^Reconnect/ }).click();
    await asked;
    await connect(page, 4);
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(await page.getByText('Needs your consent again').count()).toBe(0);
    expect(complaints()).toEqual([]);
    await context.close();
  });

  it('says in plain words that the person said no', async () => {
    const { page, context } = await asUser('refuser');
    await page.goto(`${service.url}/dashboard/account`);
    await page.getByRole('link', { name: 'Connect TikTok' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL('**/dashboard/account?*tiktok_error=access_denied*');
    await page.getByRole('alert').waitFor();
    await picture(page, 'account-denied');
    await context.close();
  });

  it('is readable in the dark and on a small screen', async () => {
    const { page, context, complaints } = await asUser('several', { colorScheme: 'dark', viewport: { width: 360, height: 740 } });
    await page.goto(`${service.url}/dashboard/account`);
    await picture(page, 'account-dark-small');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(complaints()).toEqual([]);
    await context.close();
  });
});

describe('the API page in a browser', () => {
  it('shows every operation without a complaint', async () => {
    const data = await temporaryDirectory();
    const service = await startService({ DATA_DIR: data.path, LOG_LEVEL: 'warn' });
    const browser = await startChromium();
    const { page, complaints } = await visit(browser);
    await page.goto(`${service.url}/docs`);
    await picture(page, 'docs');
    expect(await page.getByText('/v1/connections/{id}').count()).toBeGreaterThan(0);
    expect(complaints()).toEqual([]);
    await browser.close();
    await service.stop();
    await data.remove();
  });
});
