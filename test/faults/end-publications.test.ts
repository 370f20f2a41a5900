import { afterAll, beforeAll, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { endPublications } from '../../src/application/publishing/end-publications.ts';
import type { WorkOutcome } from '../../src/application/work-lists/work-handler.ts';
import { userId } from '../../src/domain/values/ids.ts';
import { abandon, awaited, createGate, haltsOf, type Gate, type Halt } from '../support/gate.ts';
import { createPublishingWorld, type Case, type Drafted, type DraftOf, type PublishingPorts, type PublishingWorld } from './publishing-world.ts';

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
});
afterAll(() => world.close());

const nextWeek = 7 * 24 * 3_600_000;
const now = ({ mediaId }: Drafted) => ({ source: { type: 'media', mediaId } }) as const;
const later = (made: Drafted) => ({ ...now(made), inMillis: nextWeek });

const leave = async ({ person, connectionId }: Case): Promise<void> => {
  const ended = await disconnect(world.world.gated(createGate()), world.world.context(), { kind: 'user', userId: userId(person.user) }, connectionId);
  expect(ended._unsafeUnwrap().status).toBe('disconnected');
};
const end = (one: Case, ports: PublishingPorts = world.ports(one), life = 1): Promise<WorkOutcome> =>
  endPublications(ports)(
    { kind: 'end_publications', subject: `${one.connectionId}:${life}`, connectionId: one.connectionId, life, revision: 5, dueAt: one.now(), attempts: 1 },
    new AbortController().signal,
  );
const shown = async (one: Case) => {
  const { status, statusReason } = (await world.shown(one.keyed.id)) ?? {};
  return [status, statusReason];
};
const notConnected = ['failed', 'not_connected'];

/** A life that has ended with a publication whose time is next week. */
const scheduled = async (): Promise<Case> => {
  const one = await world.begin(later);
  await world.request(one, world.ports(one));
  expect(await shown(one)).toEqual(['scheduled', null]);
  await leave(one);
  return one;
};

it('a publication whose time has not come ends with its connection, and one that has ended stays as it is', async () => {
  const published = await world.begin(now);
  await world.run(published, world.ports(published));
  const one = await world.begin(later, { beside: published });
  await world.request(one, world.ports(one));
  await leave(one);
  expect(await end(one)).toEqual({ kind: 'Done' });
  expect(await shown(one)).toEqual(notConnected);
  expect(await shown(published)).toEqual(['published', null]);
  expect(await end(one)).toEqual({ kind: 'Done' });
  expect((await world.types(one.keyed.id)).length).toBe(2);
});

it('nothing ends while the life lasts, nor by the end of another one', async () => {
  const one = await world.begin(later);
  await world.request(one, world.ports(one));
  expect(await end(one)).toEqual({ kind: 'Done' });
  await leave(one);
  await world.world.connect(one.person);
  expect(await end(one, world.ports(one), 2)).toEqual({ kind: 'Done' });
  expect(await shown(one)).toEqual(['scheduled', null]);
  expect(await end(one)).toEqual({ kind: 'Done' });
  expect(await shown(one)).toEqual(notConnected);
});

/** Done up to a call, at which whoever does it is killed. */
const killedAt = async (draft: DraftOf, name: string, nth: number, side: Halt['side'], run: (one: Case, ports: PublishingPorts) => Promise<void>): Promise<Case> => {
  const [known, rehearsal] = [createGate(), await world.begin(draft)];
  await run(rehearsal, world.ports(rehearsal, (port, made) => known.wrap(port, made)));
  const place = known.seen.flatMap((call, index) => (call.name === name ? [index] : []))[nth] ?? Number.NaN;
  const [gate, one] = [createGate({ place, side }, known.seen), await world.begin(draft)];
  abandon(run(one, world.ports(one, (port, made) => gate.wrap(port, made))));
  await gate.reached;
  return one;
};

it('a start of a pull that TikTok may have goes its own way', async () => {
  const pulled: DraftOf = ({ url }) => ({ source: { type: 'url', url, transfer: 'pull' } });
  const one = await killedAt(pulled, 'publishing.start', 0, 'after', (asked, ports) => world.run(asked, ports));
  await leave(one);
  expect(await end(one)).toEqual({ kind: 'Done' });
  expect(await shown(one)).toEqual(['queued', null]);
});

it('a request whose own history had not begun ends in it', async () => {
  const one = await killedAt(later, 'eventStore.append', 1, 'before', (asked, ports) => world.request(asked, ports));
  expect(await world.types(one.keyed.id)).toEqual([]);
  await leave(one);
  expect(await end(one)).toEqual({ kind: 'Done' });
  expect(await shown(one)).toEqual(notConnected);
});

it('it ends once wherever the process is killed', { timeout: 120_000 }, async () => {
  const gated = (gate: Gate, one: Case) => end(one, world.ports(one, (name, port) => gate.wrap(name, port)));
  const known = createGate();
  await gated(known, await scheduled());
  // The first append is refused: the publication's own history has begun.
  expect(awaited(known)).toEqual(['eventStore.read', 'eventStore.read', 'eventStore.append', 'eventStore.read', 'eventStore.read', 'eventStore.append']);
  for (const halt of haltsOf(known)) {
    const one = await scheduled();
    const gate = createGate(halt, known.seen);
    abandon(gated(gate, one));
    await gate.reached;
    expect(await end(one)).toEqual({ kind: 'Done' });
    expect(await world.types(one.keyed.id)).toEqual(['PublicationAccepted', 'PublishFailed']);
    expect(await shown(one)).toEqual(notConnected);
  }
});
