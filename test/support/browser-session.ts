import { z } from 'zod';

/** What a browser does between pages: keeps cookies per host, follows a redirect only when told to. */
export class BrowserSession {
  readonly #cookies = new Map<string, string>();

  constructor(cookies: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(cookies)) this.#cookies.set(name, value);
  }

  cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.send(url, { headers });
  }

  async send(url: string, options: RequestInit): Promise<Response> {
    const headers = new Headers(options.headers);
    if (this.#cookies.size > 0) headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) this.#take(line);
    return answer;
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut);
    const expired = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (expired) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(cut + 1));
  }
}

/** Where a redirect leads. */
export const locationOf = (answer: Response): string => z.string().parse(answer.headers.get('location'));
