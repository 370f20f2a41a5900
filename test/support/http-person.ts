import type { LightMyRequestResponse } from 'fastify';
import { z } from 'zod';
import type { Call, TestHttp } from './http-app.ts';
import type { HttpWorld } from './http-world.ts';

/** Where a redirect leads. */
export const leadsTo = (answer: LightMyRequestResponse): URL => new URL(z.string().parse(answer.headers.location));

/** Someone with a browser that keeps cookies. */
export interface Person {
  readonly cookies: Map<string, string>;
  call(options: Call): Promise<LightMyRequestResponse>;
  /** Begins a flow; answers TikTok's address. */
  begin(query?: string): Promise<URL>;
  /** Begins a flow, consents at TikTok, comes back. */
  connect(world: HttpWorld, account?: string): Promise<LightMyRequestResponse>;
}

export const createPerson = (http: TestHttp, cookies: Readonly<Record<string, string>>): Person => {
  const kept = new Map(Object.entries(cookies));
  const call = async (options: Call): Promise<LightMyRequestResponse> => {
    const answer = await http.call({ ...options, cookies: Object.fromEntries(kept) });
    for (const { name, value, maxAge } of answer.cookies) {
      if (maxAge === 0) kept.delete(name);
      else kept.set(name, value);
    }
    return answer;
  };
  const begin = async (query = ''): Promise<URL> => leadsTo(await call({ url: `/api/tiktok/auth/authorize${query}` }));
  return {
    cookies: kept,
    call,
    begin,
    connect: async (world, account = 'ada') => {
      const { pathname, search } = await world.consent((await begin('?add_account=1')).href, { account });
      return call({ url: `${pathname}${search}` });
    },
  };
};
