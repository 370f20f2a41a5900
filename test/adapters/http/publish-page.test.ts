import { errAsync, okAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CreatorInfo } from '../../../src/application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { connectAs, createPerson } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';
import { stagedCreator } from '../../support/posting-stage.ts';

const path = '/dashboard/publish';
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

describe('the posting page', () => {
  let world: HttpWorld;
  let ada: string;

  const as = (user: string) => ({ 'x-dev-user': user });
  const show = (user: string, query = '', http = world.http) => http.call({ url: `${path}${query}`, headers: as(user) });
  /** The application before a TikTok that says this of every creator. */
  const before = (answer: CreatorInfo | TikTokFailure) => {
    const { publishing } = world.parts;
    const creatorInfo = () => ('kind' in answer ? errAsync(answer) : okAsync(answer));
    return world.another({ publishing: { ...publishing, publishing: { ...publishing.publishing, creatorInfo } } });
  };

  beforeAll(async () => {
    world = await createDevelopmentWorld();
    ada = await connectAs(world, 'poster', 'ada');
  });
  afterAll(() => world.close());

  it('sends whoever has no account to where one is connected', async () => {
    const { body } = await show('nobody-yet');
    expect(body).toContain('No TikTok account is connected.');
    expect(body).toContain('href="/api/tiktok/auth/authorize">Connect TikTok</a>');
    expect(body).not.toContain('<form');
  });

  it('asks TikTok anew each time it is shown, and shows what TikTok says of the creator', async () => {
    let asked = 0;
    const { publishing } = world.parts;
    const creatorInfo = () => {
      asked += 1;
      return okAsync({ ...stagedCreator, nickname: `Ada <${asked}>` });
    };
    const http = await world.another({ publishing: { ...publishing, publishing: { ...publishing.publishing, creatorInfo } } });
    await show('poster', '', http);
    const { body } = await show('poster', '', http);
    expect(body).toContain('<bdi class="name">Ada &lt;2&gt;</bdi>');
    expect(asked).toBe(2);
  });

  it('lets nothing run but modules of its own, and none inline', async () => {
    const { headers, body } = await show('poster', '', await before(stagedCreator));
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; connect-src 'self'; media-src blob:; style-src 'self'");
    expect(body.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/assets/publish.js">']);
    expect(body).not.toMatch(/style=|\son[a-z]+=/i);
  });

  it('serves every module that a module asks for', async () => {
    const seen = new Set<string>();
    const walk = async (name: string): Promise<void> => {
      if (seen.has(name)) return;
      seen.add(name);
      const answer = await world.http.app.inject(`/assets/${name}`);
      expect([name, answer.statusCode, answer.headers['content-type']]).toEqual([name, 200, 'text/javascript; charset=utf-8']);
      for (const [, next] of answer.body.matchAll(/from '\.\/([^']+)'/g)) await walk(z.string().parse(next));
    };
    await walk('publish.js');
    await walk('recent-videos.js');
    expect(seen.size).toBeGreaterThan(5);
  });

  it('offers no form when creator info says that no more posts go', async () => {
    const cannotPost = { code: 'spam_risk_too_many_posts', message: '', logId: null };
    const { body } = await show('poster', '', await before({ ...stagedCreator, cannotPost }));
    expect(body).toContain('This account cannot make more posts at this moment.');
    expect(body).toContain('It has posted as often as TikTok allows in a day.');
    expect(body).not.toContain('<form');
  });

  it('says in a sentence that TikTok does not answer, and offers to try again', async () => {
    const away: TikTokFailure = { kind: 'TikTokTransient', tiktok: null, reason: 'it answered 503' };
    const answer = await show('poster', '?kind=photo', await before(away));
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('TikTok does not answer now');
    expect(answer.body).toContain(`href="${path}?connection_id=${ada}&amp;kind=photo">Try again</a>`);
    expect(answer.body).not.toContain('<form');
  });

  it('asks for the permission to send drafts where it was not given', async () => {
    const { body } = await show('poster', '?mode=draft');
    expect(body).toContain('You have not allowed this application to send drafts.');
    expect(body).toMatch(/scopes=[^"]*video\.upload/);
  });

  it('lets the person choose among several accounts', async () => {
    const person = createPerson(world.http, { dev_user: 'several' });
    await person.connect(world, 'bruno');
    await person.connect(world, 'chidi');
    const http = await before(stagedCreator);
    const { body } = await show('several', '', http);
    const choices = [...body.matchAll(/<li><a href="\/dashboard\/publish\?connection_id=([^"&]+)"( aria-current="true")?/g)];
    const [first, second] = choices.slice(0, 2);
    expect([first?.[2], second?.[2]]).toEqual([' aria-current="true"', undefined]);
    const other = await show('several', `?connection_id=${second?.[1]}`, http);
    expect(other.body).toContain(`data-connection="${second?.[1]}"`);
  });

  it('shows nobody an account that is not theirs', async () => {
    expect((await show('stranger', `?connection_id=${ada}`)).statusCode).toBe(404);
    expect((await show('poster', `?connection_id=${nobodysId}`)).statusCode).toBe(404);
  });

  it('is not for a backend', async () => {
    expect((await world.http.call({ url: path, headers: { authorization: 'Bearer dev' } })).statusCode).toBe(403);
  });

  it('refuses an address with other fields, as a page', async () => {
    const answer = await show('poster', '?kind=music');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
  });
});
