import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { checkout, killLeftovers, runCommand, spawnService, type Ended } from '../support/service-process.ts';
import { openTcpProxy, type Halt, type TcpProxy } from '../support/tcp-proxy.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const patient = { timeout: 30_000, interval: 20 };
const userRow = z.object({ user: z.string() });
const stateRow = z.object({ fingerprint: z.string() });
const people = ['first', 'second', 'third'];

let world: WireWorld;
let proxy: TcpProxy;
let service: Replica;
let loaded = true;
let load: Promise<void>;
let turns = 0;

/** Somebody who connects and disconnects for as long as it lasts. */
const comeAndGo = async (): Promise<void> => {
  await world.tiktok.addAccount('restless');
  for (; loaded; turns += 1) {
    const person = service.person('restless');
    expect(outcomeOf(await person.connect({ account: 'restless' }))).toBe('success');
    expect((await person.unbind()).status).toBe(200);
  }
};

beforeAll(async () => {
  world = await createWireWorld({ TOKEN_REFRESH: 'lazy' });
  proxy = await openTcpProxy(world.database.url);
  service = await world.start();
  for (const account of people) {
    await world.tiktok.addAccount(account);
    expect(outcomeOf(await service.person(account).connect({ account }))).toBe('success');
  }
  load = comeAndGo();
});
afterAll(async () => {
  await killLeftovers();
  await proxy.close();
  await world.close();
});

const rebuild = () =>
  spawnService({ ...world.environment, DATABASE_URL: proxy.url }, { command: [process.execPath, join(checkout, 'src/main.ts'), 'rebuild', 'connections'] });

type Stopped = Readonly<{ ended: Ended; errors: string }>;

/** Begins a rebuild and tells it to end while this statement is on its way. @param halt what befalls the statement until then */
const stopAt = async (statement: string, halt: Halt): Promise<Stopped> => {
  const struck = proxy.strikeAt({ statement, nth: 1, side: 'before', trouble: halt });
  const rebuilding = await rebuild();
  const early = await Promise.race([struck, rebuilding.ended]);
  if (early !== undefined) throw new Error(`it ended without ${statement}: ${rebuilding.errors()}`);
  rebuilding.process.kill('SIGTERM');
  if (halt === 'hold') await proxy.mend();
  const ended = await rebuilding.ended;
  await proxy.mend();
  return { ended, errors: rebuilding.errors() };
};

const shown = async (): Promise<readonly string[]> =>
  (await world.rows(userRow, `select user_id as user from user_tiktok_connections where user_id <> 'restless' order by created_at`)).map(({ user }) => user);
/** Every chain holds, and every row is what its history leads to. */
const isWhole = async (): Promise<void> => {
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
};

/** From its beginning to where readers are about to get the new rows; each run goes on where the one before stood. */
const moments = ['build_tables.begin', ...(historyIsInPostgres() ? ['feed_rows'] : []), 'connections.write.next', 'operators_additions.indexes'];

it('a rebuild that is told to end ends in order, readers keep whole rows, and the next run goes on', async () => {
  for (const statement of moments) {
    const { ended, errors } = await stopAt(statement, 'hold');
    expect(ended, statement).toEqual({ code: 3, signal: null });
    expect(errors, statement).toContain('readers keep the rows they had, and the next run goes on from here');
    expect(await shown(), statement).toEqual(people);
  }
  const before = turns;
  await expect.poll(() => turns, patient).toBeGreaterThan(before);
  const last = await rebuild();
  expect((await last.ended).code, last.errors()).toBe(0);
  expect(await shown()).toEqual(people);
});

it('one whose rows are on their way to readers puts them there first', async () => {
  const { ended, errors } = await stopAt('swap.take_over', 'hold');
  expect(ended, errors).toEqual({ code: 0, signal: null });
  expect(await shown()).toEqual(people);
});

it('one that is told to end while the database says nothing ends by itself', async () => {
  const { ended } = await stopAt('projections.read', 'black-hole');
  expect(ended).toEqual({ code: 3, signal: null });
  expect(await shown()).toEqual(people);
});

it('a service that rebuilds by itself ends when it is told to, and the next one goes on', async () => {
  loaded = false;
  await load;
  expect(await service.stop()).toBe(0);
  const fingerprint = async () => (await world.rows(stateRow, `select fingerprint from tiktok_connections.projections where projection = 'connections' and copy = 'live'`))[0]?.fingerprint;
  const ours = await fingerprint();
  await world.rows(z.unknown(), `update tiktok_connections.projections set fingerprint = 'of other settings' where projection = 'connections' and copy = 'live'`);
  const struck = proxy.strikeAt({ statement: 'build_tables.begin', nth: 1, side: 'before', trouble: 'hold' });
  const rebuilding = await world.start({ DATABASE_URL: proxy.url });
  await struck;
  rebuilding.process.kill('SIGTERM');
  await proxy.mend();
  expect(await rebuilding.ended).toEqual({ code: 0, signal: null });
  expect(await shown()).toEqual(people);
  service = await world.start();
  await expect.poll(fingerprint, patient).toBe(ours);
  expect(await shown()).toEqual(people);
  await isWhole();
});
