import type { LightMyRequestResponse } from 'fastify';
import { z } from 'zod';
import type { Call, TestHttp } from './http-app.ts';
import type { HttpWorld } from './http-world.ts';
import { until } from './until.ts';

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

/** A page of `GET /v1/connections`. */
export const listed = z.object({
  data: z.array(z.looseObject({ id: z.string(), user_id: z.string() })),
  next_cursor: z.string().nullable(),
});

/**
 * Connects TikTok's account for a user of development; answers the connection's id once it is listed, for which it may have to wait:
 * a write transaction of another test holds the feeds of all databases of the server back.
 */
export const connectAs = async (world: HttpWorld, user: string, account: string): Promise<string> => {
  const back = await createPerson(world.http, { dev_user: user }).connect(world, account);
  if (leadsTo(back).searchParams.get('tiktok_success') !== 'true') throw new Error(`not connected: ${leadsTo(back).search}`);
  const url = `/v1/connections?user_id=${user}&status=active`;
  const ids: string[] = [];
  const look = async (): Promise<readonly string[]> => {
    const page = listed.parse((await world.http.call({ url, headers: { authorization: 'Bearer dev' } })).json());
    ids.splice(0, ids.length, ...page.data.map(({ id }) => id));
    return ids;
  };
  await until(look, (found) => found.length > 0);
  return ids[0] ?? '';
};
