import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemIn } from '../../support/http-app.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const service = { authorization: 'Bearer dev' };

describe('a body', () => {
  let world: HttpWorld;
  let id: string;

  beforeAll(async () => {
    world = await createDevelopmentWorld();
    id = await connectAs(world, 'user-a', 'ada');
  });

  afterAll(() => world.close());

  it.each([service, { ...service, 'content-type': 'application/json' }])('may be left out where each of its fields may: %o', async (headers) => {
    const answer = await world.http.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers });
    expect(answer.statusCode).toBe(200);
  });

  it('is refused by the names of its fields where none is known', async () => {
    const answer = await world.http.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers: service, payload: { x: 1, y: 2 } });
    const message = 'is not known here; leave it out';
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'x', message }, { path: 'y', message }] });
  });
});
