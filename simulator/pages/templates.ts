import { Eta } from 'eta';

const eta = new Eta({ views: import.meta.dirname, cache: true, autoEscape: true });

/** Renders a page; every value is escaped. */
export const renderPage = (name: 'consent' | 'error' | 'home', data: Readonly<Record<string, unknown>>): string =>
  eta.render(`./${name}`, data);

/**
 * No inline code, nothing from elsewhere. There is no `form-action`: browsers apply it to the whole chain of redirects
 * after the form, which leads to the application's callback and wherever that one leads.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
