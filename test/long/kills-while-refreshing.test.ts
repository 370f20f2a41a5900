import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers, runCommand, freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const rounds = process.env['LONG'] === 'short' ? 5 : 100;
const users = Array.from({ length: 24 }, (_, number) => `refreshed-${number}`);
const seconds = 4;

let world: WireWorld;
let ports: readonly string[];
const replicas: Replica[] = [];

beforeAll(async () => {
  world = await createWireWorld({ TOKEN_REFRESH: 'eager' });
  await world.tiktok.changeApp(world.simulator.app.clientKey, { lifetimes: { access_token_seconds: seconds, refresh_token_seconds: 86_400 } });
  await world.tiktok.addFaults({ endpoint: 'token.refresh', times: null, delay_ms: 60, action: { type: 'pass' } });
  ports = [String(await freePort()), String(await freePort())];
  for (const PORT of ports) replicas.push(await world.start({ PORT }));
  for (const user of users) {
    await world.tiktok.addAccount(user);
    await consent(user);
  }
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const consent = async (user: string): Promise<void> => {
  const person = replicas[0]?.person(user);
  if (person === undefined) throw new Error('no replica');
  const address = await person.begin('?add_account=1');
  expect(outcomeOf(await person.comeBack(await world.tiktok.decide(address, { account: user })))).toBe('success');
};

const waiting = (): Promise<readonly Readonly<{ user_id: string }>[]> =>
  world.rows(z.object({ user_id: z.string() }), `select user_id from tiktok_connections.connections where status = 'reauthorization_required'`);

/** Of each connection: attempts that nobody ended, and what asked for a consent. */
const told = `
  with events as (
    select stream, type, data::json as data from tiktok_connections.events where stream like 'tiktok_connection-%'
  ), attempts as (
    select stream, data ->> 'attemptId' as attempt from events where type = 'TokenRefreshStarted'
  )
  select stream,
    (select count(*)::int from attempts a where a.stream = s.stream and not exists (
      select from events e where e.stream = a.stream and e.type <> 'TokenRefreshStarted' and e.data ->> 'attemptId' = a.attempt)) as lost,
    coalesce((select json_agg(e.data ->> 'reason') from events e where e.stream = s.stream and e.type = 'ReauthorizationRequired'), '[]'::json) as reasons,
    (select count(*)::int from events e where e.stream = s.stream and e.type = 'TokensRefreshed') as refreshed
  from (select distinct stream from events) s`;
const toldRow = z.object({ stream: z.string(), lost: z.number(), reasons: z.array(z.string()), refreshed: z.number() });

const refreshed = async (): Promise<number> => (await world.history(toldRow, told)).reduce((sum, row) => sum + row.refreshed, 0);

it(`replicas killed ${rounds} times while they refresh cost a consent only for an answer that was lost, and say so`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const before = await refreshed();
    await until(refreshed, (now) => now > before + 3, 60_000);
    await pause((round * 37) % 101);
    const place = round % replicas.length;
    await replicas[place]?.kill();
    replicas[place] = await world.start({ PORT: ports[place] ?? '' });
    for (const { user_id: user } of await waiting()) await consent(user);
  }
  // Doubts of the last rounds end once their deadlines are over; then everybody is refreshed again.
  const settled = async (): Promise<boolean> => {
    for (const { user_id: user } of await waiting()) await consent(user);
    const stale = `select connection_id from tiktok_connections.connections where status <> 'active' or access_token_expires_at < clock_timestamp() - interval '1 second'`;
    return (await world.rows(z.object({ connection_id: z.string() }), stale)).length === 0;
  };
  await until(settled, (all) => all, 180_000);

  const rows = await world.history(toldRow, told);
  expect(rows).toHaveLength(users.length);
  expect(rows.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
  expect(new Set(rows.flatMap(({ reasons }) => reasons)).difference(new Set(['response_lost']))).toEqual(new Set());
  expect(rows.filter(({ lost, reasons }) => reasons.length > lost)).toEqual([]);
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
  expect(await Promise.all(replicas.map(({ stop }) => stop()))).toEqual([0, 0]);
});
