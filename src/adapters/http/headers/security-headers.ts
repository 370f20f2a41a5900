import type { HttpSettings } from '../http-deps.ts';

const yearSeconds = 31_536_000;

export type Headers = Readonly<Record<string, string>>;

/** What every answer carries. Answers hold personal data unless a route says otherwise, so nothing keeps them. */
export const securityHeaders = ({ publicUrl }: Pick<HttpSettings, 'publicUrl'>): Headers => ({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': `max-age=${yearSeconds}` } : {}),
});

const forbiddenFeatures = ['camera', 'geolocation', 'microphone', 'payment', 'usb'].map((feature) => `${feature}=()`).join(', ');

const contentPolicy = (imageOrigins: readonly string[], more: readonly string[]): string =>
  [
    "default-src 'none'",
    ...more,
    "style-src 'self'",
    `img-src ${["'self'", 'https:', ...imageOrigins].join(' ')}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * What a page carries. `same-origin` lets the browser name the Origin of the page's own forms, which `no-referrer`
 * would hide.
 * @param imageOrigins besides our own and https ones
 */
export const pageHeaders = (imageOrigins: readonly string[]): Headers => ({
  'content-security-policy': contentPolicy(imageOrigins, []),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': forbiddenFeatures,
  'referrer-policy': 'same-origin',
});

/** What a page with modules of ours carries: they talk to this service alone, and may play a file that the person chose. */
export const livePageHeaders = (imageOrigins: readonly string[]): Headers => ({
  ...pageHeaders(imageOrigins),
  'content-security-policy': contentPolicy(imageOrigins, ["script-src 'self'", "connect-src 'self'", 'media-src blob:']),
});
