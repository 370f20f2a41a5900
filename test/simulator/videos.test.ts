import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';
import { connect } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

const answerSchema = z.object({
  data: z.object({
    videos: z.array(z.object({ id: z.string(), create_time: z.number(), title: z.string(), view_count: z.number() })),
    cursor: z.number().optional(),
    has_more: z.boolean().optional(),
  }),
});

async function post(
  simulator: Simulator,
  what: 'list' | 'query',
  token: string,
  body: unknown,
  fields = 'id,create_time,title,view_count',
): Promise<Response> {
  return fetch(`${simulator.apiUrl}/v2/video/${what}/?fields=${fields}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const dataOf = async (response: Response): Promise<z.infer<typeof answerSchema>['data']> => answerSchema.parse(await response.json()).data;

describe('the list of videos', () => {
  it('goes through all public videos, newest first, page by page', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    const times: number[] = [];
    let cursor: number | undefined;
    for (let more = true; more;) {
      const page = await dataOf(await post(simulator, 'list', access_token, { cursor, max_count: 7 }));
      times.push(...page.videos.map((video) => video.create_time));
      cursor = page.cursor;
      more = page.has_more === true;
    }
    expect(times).toHaveLength(20);
    expect(times).toEqual([...new Set(times)].sort((a, b) => b - a));
    expect(cursor).toBe((times.at(-1) ?? 0) * 1000);
  });

  it('has ten to a page unless told otherwise, and 19-digit ids as text', async () => {
    const simulator = await startedSimulator();
    const page = await dataOf(await post(simulator, 'list', (await connect(simulator, 'ada')).access_token, {}));
    expect(page.videos).toHaveLength(10);
    expect(page.videos[0]?.id).toMatch(/^7\d{18}$/);
  });

  it('is empty for an account without videos', async () => {
    const simulator = await startedSimulator();
    const response = await post(simulator, 'list', (await connect(simulator, 'emi')).access_token, {});
    expect(await response.json()).toMatchObject({ data: { videos: [], has_more: false }, error: { code: 'ok' } });
  });

  it.each([{ max_count: 21 }, { max_count: 0 }, { cursor: 'yesterday' }])('refuses %j', async (body) => {
    const simulator = await startedSimulator();
    const response = await post(simulator, 'list', (await connect(simulator, 'ada')).access_token, body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_params' } }]);
  });

  it('refuses what is no JSON, unknown fields and a token without the scope', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    const asForm = await fetch(`${simulator.apiUrl}/v2/video/list/?fields=id`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}` },
      body: new URLSearchParams({ max_count: '2' }),
    });
    expect(asForm.status).toBe(400);
    expect((await post(simulator, 'list', access_token, {}, 'id,secret')).status).toBe(400);
    const basic = await connect(simulator, 'bruno', {}, ['user.info.basic']);
    const refused = await post(simulator, 'list', basic.access_token, {});
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'scope_not_authorized' } }]);
  });
});

describe('the query for videos', () => {
  it("finds the account's own public videos and leaves the others out", async () => {
    const simulator = await startedSimulator();
    const ada = await connect(simulator, 'ada');
    const own = (await dataOf(await post(simulator, 'list', ada.access_token, { max_count: 2 }))).videos.map((video) => video.id);
    const foreign = (
      await dataOf(await post(simulator, 'list', (await connect(simulator, 'bruno')).access_token, { max_count: 1 }))
    ).videos.map((video) => video.id);
    const found = await dataOf(
      await post(simulator, 'query', ada.access_token, { filters: { video_ids: [...own, ...foreign, '7000000000000000000'] } }),
    );
    expect(found.videos.map((video) => video.id)).toEqual(own);
  });

  it('takes one to twenty ids', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    for (const count of [0, 21]) {
      const video_ids = Array.from({ length: count }, (_, index) => String(7_000_000_000_000_000_000n + BigInt(index)));
      expect((await post(simulator, 'query', access_token, { filters: { video_ids } })).status).toBe(400);
    }
  });

  it('gives covers that can be looked at', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    const text = await (await post(simulator, 'list', access_token, { max_count: 1 }, 'cover_image_url')).text();
    const cover = await fetch(/"cover_image_url":"([^"]+)"/.exec(text)?.[1] ?? '');
    expect([cover.status, cover.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  });
});
