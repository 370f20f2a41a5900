import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { unavailable } from '../../../src/application/failures.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { eventId } from '../../../src/domain/values/ids.ts';
import { opening, run } from './command-line.ts';
import { aTime, containing, including, listing, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

const madeUpId = '00000000-0000-5000-8000-0000000000ff';

let installation: Installation;
let stream: StreamName;
let another: StreamName;
let putBack: () => Promise<void>;

const parked = (...argv: readonly string[]) => run(opening(installation.toolbox), 'parked', ...argv);
const verify = (...argv: readonly string[]) => run(opening(installation.toolbox), 'verify', ...argv);

const mend = (): Promise<void> =>
  installation.tamper(`update tiktok_connections.events set data = substr(data, 2) where stream = $1 and revision = 2`, stream);

beforeAll(async () => {
  installation = await openInstallation();
  const id = await installation.connect('open-1');
  stream = connectionStream(id);
  await installation.connect('open-1');
  await installation.connect('open-1');
  another = connectionStream(await installation.connect('open-2', 'user_2'));
  await installation.tamper(`update tiktok_connections.events set data = '!' || data where stream = $1 and revision = 2`, stream);
  await installation.project();
  putBack = await installation.remember();
});
afterEach(() => putBack());
afterAll(() => installation.close());

describe('parked list', () => {
  test('shows where each projection stopped and why', async () => {
    const { exitCode, out } = await parked('list');
    expect(exitCode).toBe(0);
    expect(out).toHaveLength(3);
    expect(out[1]).toContain(`${stream}  2      Connected`);
    expect((await parked('list', '--json')).document()).toEqual({
      data: listing({
        projection: 'connections',
        stream,
        revision: 2,
        type: 'Connected',
        reason: 'data: not JSON',
        parked_at: aTime,
        tried_at: aTime,
      }),
    });
  });
});

describe('parked retry', () => {
  test('leaves parked what still cannot be applied, and says so by its exit code', async () => {
    const ran = await parked('retry', '--json');
    expect([ran.exitCode, ran.document()]).toEqual([1, { resumed: [], still_parked: [including({ stream }), including({ stream })] }]);
  });

  test('lets every stream go on that can', async () => {
    await mend();
    const { exitCode, out } = await parked('retry');
    expect([exitCode, out]).toEqual([0, [`connections: ${stream} goes on.`, `work: ${stream} goes on.`]]);
    expect((await parked('list')).err).toEqual(['No stream is parked.']);
    expect((await verify()).exitCode).toBe(0);
    expect((await parked('retry')).err).toEqual(['No stream is parked.']);
  });

  test('tries one stream in one projection', async () => {
    await mend();
    const { exitCode, out } = await parked('retry', stream, '--projection', 'work');
    expect([exitCode, out]).toEqual([0, [`work: ${stream} goes on.`]]);
    expect((await parked('list')).out).toHaveLength(2);
  });
});

describe('parked skip', () => {
  test('with --dry-run says what would be passed over and does nothing', async () => {
    const { exitCode, out } = await parked('skip', stream, '--projection', 'connections', '--dry-run');
    expect([exitCode, out]).toEqual([0, [matching(/^Would pass over the event for good: connections: .* at event 2/)]]);
    const ran = await parked('skip', stream, '--dry-run', '--json');
    expect(ran.document()).toEqual({ would_skip: [including({ revision: 2 }), including({ revision: 2 })], dry_run: true });
    expect((await parked('list')).out).toHaveLength(3);
  });

  test('passes over the event and goes on behind it', async () => {
    const { exitCode, out } = await parked('skip', stream);
    expect([exitCode, out]).toEqual([0, [`connections: ${stream} goes on.`, `work: ${stream} goes on.`]]);
    expect((await parked('list')).err).toEqual(['No stream is parked.']);
  });
});

describe('parked', () => {
  test.each([
    ['a stream that is not parked', ['retry', 'tiktok_connection-6f0e0000-0000-5000-8000-000000000000'], 'is not parked'],
    ['a projection that does not exist', ['retry', '--projection', 'all'], 'choose from connections, publications, work'],
    ['skipping without a stream', ['skip'], "Missing required argument 'stream'"],
  ])('refuses %s as wrong use', async (_, argv, sentence) => {
    const { exitCode, err } = await parked(...argv);
    expect([exitCode, err.join()]).toEqual([2, containing(sentence)]);
  });
});

describe('verify', () => {
  const alteredEvent = () => ({ kind: 'event_altered', stream, revision: 2 });

  test('names parked streams, for their rows are not what the history leads to', async () => {
    const ran = await verify('--json');
    const parkedIn = (projection: string) => ({ kind: 'stream_parked', projection, stream, revision: 2, reason: 'data: not JSON' });
    expect([ran.exitCode, ran.document()]).toEqual([
      1,
      including({ found: 3, differences: [alteredEvent(), parkedIn('connections'), parkedIn('work')] }),
    ]);
  });

  test('agrees with rows from which an operator left out an event', async () => {
    await parked('skip', stream);
    expect((await verify('--json')).document()).toMatchObject({ found: 1, differences: [alteredEvent()] });
  });

  test('agrees with rows from which an operator left out an event that cannot be applied', async () => {
    await parked('skip', stream);
    const { eventStore, eventChain } = installation.toolbox;
    const [before] = (await eventStore.read(another, 1, 1))._unsafeUnwrap();
    if (before === undefined) throw new Error('no event');
    // One character within the first envelope, the profile's.
    const place = before.stored.data.indexOf('s1.') + 60;
    const other = before.stored.data[place] === 'A' ? 'B' : 'A';
    const data = before.stored.data.slice(0, place) + other + before.stored.data.slice(place + 1);
    const unopened = { ...before, id: eventId(madeUpId), revision: 2, stored: { ...before.stored, data } };
    const hash = eventChain.hashAfter(before.hash, unopened);
    await installation.tamper(
      `insert into tiktok_connections.events (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
       select stream, 2, $2, type, schema_version, occurred_at, $3, metadata, $4
       from tiktok_connections.events where stream = $1 and revision = 1`,
      ...[another, madeUpId, data, hash],
    );
    await installation.project();
    const stopped = { kind: 'stream_parked', projection: 'connections', stream: another, revision: 2 };
    expect((await verify('--json')).document()).toMatchObject({ found: 2, differences: [alteredEvent(), stopped] });
    expect((await parked('skip', another)).exitCode).toBe(0);
    expect((await verify('--json')).document()).toMatchObject({ found: 1, differences: [alteredEvent()] });
  });

  test('follows a stream that goes on again while it is checked', async () => {
    const { projectionAudit, operations } = installation.toolbox;
    await mend();
    let looks = 0;
    const resumedMeanwhile: typeof projectionAudit = {
      projections: ['connections'],
      open: (name) =>
        projectionAudit.open(name).map((audited) => ({
          ...audited,
          size: () => audited.size().map(() => 10_000),
          live: (selection) => {
            looks += 1;
            if (looks !== 2) return audited.live(selection);
            const resumed = operations.retry(name, stream).mapErr(({ kind }) => unavailable('database', kind));
            return resumed.andThen(() => audited.live(selection));
          },
        })),
    };
    const ran = await run(opening({ ...installation.toolbox, projectionAudit: resumedMeanwhile }), 'verify', '--json');
    expect([ran.exitCode, ran.document()]).toEqual([0, including({ found: 0, differences: [] })]);
    expect(looks).toBe(16);
  });
});
