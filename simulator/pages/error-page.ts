import { renderPage } from './templates.ts';

/** TikTok's "Something went wrong", for a request whose fault is the developer's. @param query the error page's own */
export function errorPage(query: URLSearchParams): string {
  const details = [...query].filter(([name]) => name !== 'simulator_hint').map(([name, value]) => ({ name, value }));
  return renderPage('error', {
    errorType: query.get('error_type') ?? query.get('error') ?? 'unknown',
    hint: query.get('simulator_hint'),
    details,
  });
}
