import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, without a window. */
export const startChromium = (): Promise<Browser> => chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: script errors, refused resources, policy violations. */
  readonly complaints: () => readonly string[];
}

/** A fresh person: no cookies, nothing cached. */
export const visit = async (browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<Visit> => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, context, complaints: () => complaints };
};
