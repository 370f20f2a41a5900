import { errAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const streamOf = (id: string) => connectionStream(connectionId(id));
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';
const service = { authorization: 'Bearer dev' };

describe('the history page', () => {
  let world: HttpWorld;
  let shared: string;

  const open = (user: string, query = '', id = shared) => world.http.call({ url: `/dashboard/connections/${id}/history${query}`, headers: { 'x-dev-user': user } });
  const shown = async (user: string, query = ''): Promise<string> => (await open(user, query)).body;

  beforeAll(async () => {
    world = await createDevelopmentWorld();
    shared = await connectAs(world, 'former', 'ada');
    await world.http.call({ method: 'DELETE', url: `/v1/connections/${shared}`, headers: service });
    await connectAs(world, 'owner', 'ada');
  });
  afterAll(() => world.close());

  it('tells who did what, why and when', async () => {
    const page = await shown('owner');
    expect(page).toContain('<strong>Connected</strong>');
    expect(page).toMatch(/<time class="quiet" datetime="\d{4}-[^"]+Z">\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC<\/time>/);
    expect(page).toContain('<bdi>You</bdi>');
    expect(page).toContain('Consent was given on TikTok. Allowed: ');
    expect(page).toContain('[sealed]');
  });

  it('shows each user only the lives that were theirs', async () => {
    const [owner, former] = [await shown('owner'), await shown('former')];
    expect(owner.match(/id="event-\d+"/g)).toEqual(['id="event-3"']);
    expect(former.match(/id="event-\d+"/g)).toEqual(['id="event-1"', 'id="event-2"']);
    expect(former).toContain('<strong>Disconnected</strong>');
    expect(former).toContain('The application, with key dev');
  });

  it('is not there for anyone else', async () => {
    expect((await open('stranger')).statusCode).toBe(404);
    expect((await open('owner', '', nobodysId)).statusCode).toBe(404);
  });

  it('says that nothing was changed when every fingerprint fits', async () => {
    expect(await shown('owner')).toContain('<strong>Nothing was changed.</strong>');
  });

  it('names the event that was changed behind its back', async () => {
    const altered = { ...world.parts.auditing, eventChain: { hashAfter: () => world.parts.auditing.eventChain.hashAfter(null, anEvent) } };
    const [stored] = (await world.parts.auditing.eventStore.read(streamOf(shared), 1, 1))._unsafeUnwrap();
    if (stored === undefined) throw new Error('no event');
    const anEvent = { ...stored, stored: { ...stored.stored, data: '{}' } };
    const http = await world.another({ auditing: altered });
    const page = (await http.call({ url: `/dashboard/connections/${shared}/history`, headers: { 'x-dev-user': 'owner' } })).body;
    expect(page).toContain('<strong>This history was changed.</strong>');
    expect(page).toContain('role="alert"');
  });

  it('shows the state after an event and at a time', async () => {
    expect(await shown('former', '?at=1')).toContain('<dt>State</dt><dd><bdi>Connected</bdi></dd>');
    expect(await shown('former', '?at=2')).toContain('<dt>State</dt><dd><bdi>Disconnected</bdi></dd>');
    expect(await shown('former', '?at=2099-01-01T00:00')).toContain('<dt>State</dt><dd><bdi>Disconnected</bdi></dd>');
    expect(await shown('owner', '?at=2099-01-01T00:00:30')).toContain('<dt>State</dt><dd><bdi>Connected</bdi></dd>');
  });

  it('says in a sentence that there was nothing yet, or that a moment is none', async () => {
    expect(await shown('owner', '?at=2001-01-01T00:00')).toContain('At that moment this account was not connected by you yet.');
    expect(await shown('owner', '?at=yesterday')).toContain('That is no moment. Give a date and a time.');
  });

  it('shows what changed between two events, and that nothing did', async () => {
    const page = await shown('former', '?before=1&after=2');
    expect(page).toContain('<th scope="row">State</th><td><bdi>Connected</bdi></td><td><bdi>Disconnected</bdi></td>');
    expect(page).not.toContain('<th scope="row">Permissions</th>');
    expect(await shown('former', '?before=2&after=2')).toContain('Nothing that shows has changed between event 2 and event 2.');
    expect(await shown('owner', '?before=1&after=3')).toContain('There is no such event of yours.');
  });

  it('shows nothing when it cannot be recorded who read', async () => {
    const { auditing } = world.parts;
    const log = { ...auditing.securityLog, record: () => errAsync(unavailable('database', 'switched off by the test')) };
    const http = await world.another({ auditing: { ...auditing, securityLog: log } });
    const answer = await http.call({ url: `/dashboard/connections/${shared}/history`, headers: { 'x-dev-user': 'owner' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('Connected</strong>');
  });
});
