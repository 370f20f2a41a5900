import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { operations, wordOf } from './operations.ts';
import { openRig, type Rig } from './rig.ts';

/**
 * A statement and its connection have 6 s and 3 s. The longest callback sends one that is lost, sends it again in doubt,
 * and then the entry of the security log.
 */
const answerLimitMillis = 20_000;

const all = operations.flatMap((operation) => operation.steps.map((step) => ({ operation, step, at: `${operation.name}: ${step.statement} ${step.nth ?? 1}` })));

let rig: Rig;
const rigs: Rig[] = [];
const idle: Rig[] = [];

/** One that nobody uses at the moment. */
const takeRig = async (): Promise<Rig> => {
  const free = idle.pop();
  if (free !== undefined) return free;
  const opened = await openRig();
  rigs.push(opened);
  return opened;
};

beforeAll(async () => {
  rig = await takeRig();
});
afterAll(async () => {
  await killLeftovers();
  await Promise.all(rigs.map((each) => each.close()));
});

describe('every connection to the database is cut at', () => {
  it.each(all)('$at, before the database has seen it', async ({ operation, step }) => {
    const { user, answer } = await rig.strike(operation, step, { side: 'before', trouble: 'cut' });
    expect(wordOf(answer)).toBe(step.cut);
    await rig.expectWhole(user);
  });

  it.each(all)('$at, before its answer has come', async ({ operation, step }) => {
    const { user, answer } = await rig.strike(operation, step, { side: 'after', trouble: 'cut' });
    expect(wordOf(answer)).toBe(step.cut);
    await rig.expectWhole(user);
  });
});

describe('the database goes away at', () => {
  it.each(all)('$at; the answer comes in time, and when it returns all is well by itself', async ({ operation, step }) => {
    const { user, answer } = await rig.strike(operation, step, { side: 'before', trouble: 'refuse' });
    expect(wordOf(answer)).toBe(step.gone);
    expect(answer.millis).toBeLessThan(answerLimitMillis);
    await rig.untilReady();
    await rig.expectWhole(user);
  });
});

describe.concurrent('the database falls silent at', { timeout: 90_000 }, () => {
  it.each(all)('$at; the answer comes in time, and when it speaks again all is well by itself', async ({ operation, step }) => {
    const chosen = await takeRig();
    const { user, answer } = await chosen.strike(operation, step, { side: 'before', trouble: 'black-hole' });
    expect(wordOf(answer)).toBe(step.gone);
    expect(answer.millis).toBeLessThan(answerLimitMillis);
    await chosen.untilReady();
    await chosen.expectWhole(user);
    idle.push(chosen);
  });
});

describe('while the database is away', () => {
  const readiness = z.object({ status: z.string(), parts: z.record(z.string(), z.object({ status: z.string() })) });

  it('the service lives, says that it is not ready, and serves again at once when the database returns', async () => {
    const user = await rig.somebody();
    expect(outcomeOf(await rig.replica.person(user).connect({ account: user }))).toBe('success');
    await rig.begin('refuse');
    expect((await rig.replica.wire.call({ url: '/livez' })).status).toBe(200);
    const away = await rig.replica.wire.call({ url: '/readyz' });
    expect(away.status).toBe(503);
    const { status, parts } = readiness.parse(away.json());
    expect([status, parts['database']?.status, parts['event_store']?.status]).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect((await rig.replica.wire.call({ url: '/dashboard/account', headers: { cookie: `dev_user=${user}` } })).status).toBe(503);
    await rig.mend();
    expect(await rig.replica.person(user).connections()).toHaveLength(1);
    await rig.untilReady();
    expect((await rig.replica.wire.call({ url: '/livez' })).status).toBe(200);
  });

  it('API keys prove nothing, and prove again when it returns', async () => {
    const made = await runCommand(rig.world.environment, ['keys', 'create', '--name', 'backend', '--scopes', 'connections:read']);
    const ask = () => rig.replica.wire.call({ url: '/v1/connections', headers: { authorization: `Bearer ${made.output.trim()}` } });
    expect((await ask()).status).toBe(200);
    await rig.begin('refuse');
    const refused = await ask();
    expect(wordOf(refused)).toBe('unavailable');
    await rig.mend();
    await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
  });

  it('what is connected meanwhile by another replica shows when it returns', async () => {
    const user = await rig.somebody();
    const other = await rig.world.start();
    await rig.begin('refuse');
    expect(outcomeOf(await other.person(user).connect({ account: user }))).toBe('success');
    await rig.mend();
    await expect.poll(() => rig.replica.person(user).connections(), { interval: 20, timeout: 10_000 }).toHaveLength(1);
    expect(await other.stop()).toBe(0);
  });
});

it('a slow way to the database makes answers slow, and nothing else', async () => {
  const user = await rig.somebody();
  rig.delayBy(60);
  expect(outcomeOf(await rig.replica.person(user).connect({ account: user }))).toBe('success');
  await rig.untilReady();
  await rig.mend();
  await rig.expectWhole(user);
});

it('a storm that ends every backend again and again leaves nothing half, and who tries again gets through', { timeout: 60_000 }, async () => {
  const users = await Promise.all(Array.from({ length: 10 }, () => rig.somebody()));
  const outcomes: string[] = [];
  const endAll = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

  let storming = true;
  const storm = async (): Promise<void> => {
    for (let gust = 0; gust < 20; gust += 1) {
      const before = outcomes.length;
      await rig.world.rows(z.unknown(), endAll);
      await until(() => Promise.resolve(outcomes.length), (ended) => ended > before);
    }
    storming = false;
  };
  const connectAgainAndAgain = async (user: string): Promise<void> => {
    for (let outcome = ''; storming || outcome !== 'success'; outcomes.push(outcome)) {
      const person = rig.replica.person(user);
      const begun = await person.call({ url: '/api/tiktok/auth/authorize?add_account=1' });
      const ended = begun.status === 303 ? begun : await person.comeBack(await rig.world.tiktok.decide(begun.location().href, { account: user }));
      outcome = outcomeOf(ended);
    }
  };
  await Promise.all([storm(), ...users.map(connectAgainAndAgain)]);
  expect([...new Set(outcomes)].sort()).toEqual(['database_error', 'success']);
  await rig.untilReady();
  for (const user of users) await rig.expectWhole(user);
});

it('after all of this every chain holds and every row is what its history leads to', async () => {
  const verified = await Promise.all(rigs.map(({ world }) => runCommand(world.environment, ['verify', '--json'])));
  for (const { code, output } of verified) expect(code, output).toBe(0);
});
