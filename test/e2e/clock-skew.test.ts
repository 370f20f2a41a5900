import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { containing } from '../adapters/cli/expected.ts';
import { checkout, killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const backend = { authorization: 'Bearer dev' };
const skewMillis = 5 * 60_000;
const toleranceMillis = 30_000;
const tokenLifeMillis = 86_400_000;

const skewed = ['--import', join(checkout, 'test/support/skewed-clock.ts')];

let world: WireWorld;
let early: Replica;
let late: Replica;

const withClock = (millis: number): Promise<Replica> =>
  world.start(
    { TEST_CLOCK_SKEW_MILLIS: String(millis) },
    { command: [process.execPath, ...skewed, join(checkout, 'src/main.ts'), 'serve'] },
  );

beforeAll(async () => {
  world = await createWireWorld();
  [early, late] = await Promise.all([withClock(skewMillis), withClock(-skewMillis)]);
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const token = z.object({ access_token: z.string(), expires_at: z.iso.datetime() });
const moment = z.object({ at: z.iso.datetime() });

const connectOn = async (replica: Replica, account: string): Promise<string> => {
  await world.tiktok.addAccount(account);
  const person = replica.person(account);
  expect(outcomeOf(await person.connect({ account }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};
const tokenFrom = async (replica: Replica, id: string) => {
  const answer = await replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers: backend, body: {} });
  expect(answer.status, answer.body).toBe(200);
  return token.parse(answer.json());
};
const refreshOn = (replica: Replica, id: string) => replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers: backend });

it('replicas whose clocks are ten minutes apart agree on when a token ends, and are right', async () => {
  for (const [writer, reader] of [[early, late], [late, early]] as const) {
    const id = await connectOn(writer, writer === early ? 'by-the-early' : 'by-the-late');
    const [here, there] = [await tokenFrom(writer, id), await tokenFrom(reader, id)];
    expect(there).toEqual(here);
    expect(Math.abs(Date.parse(here.expires_at) - Date.now() - tokenLifeMillis)).toBeLessThan(toleranceMillis);
  }
});

it('a refresh asked of both at once is made once, and the history stays in order', async () => {
  const id = await connectOn(early, 'asked-of-both');
  const statuses = (await Promise.all([refreshOn(early, id), refreshOn(late, id)])).map(({ status }) => status);
  expect(statuses).toEqual([200, 200]);
  expect((await refreshOn(late, id)).status).toBe(200);
  const { status } = await early.wire.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: backend });
  expect(status).toBe(200);
  const moments = await world.history(moment, 'select occurred_at as at from tiktok_connections.events where stream = $1 order by revision', [`tiktok_connection-${id}`]);
  expect(moments.length).toBeGreaterThanOrEqual(4);
  expect(moments.map(({ at }) => at)).toEqual(moments.map(({ at }) => at).sort());
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
});

it('the wrong clock is found by doctor', async () => {
  const examined = await runCommand({ ...world.environment, TEST_CLOCK_SKEW_MILLIS: String(skewMillis) }, ['doctor', '--json'], skewed);
  const report = z.object({ checks: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string() })) }).parse(JSON.parse(examined.output));
  expect(report.checks.find(({ name }) => name === 'clock')).toMatchObject({ status: 'fail', detail: containing('behind ours') });
  expect(examined.code).toBe(1);
});
