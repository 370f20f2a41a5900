import { expect } from 'vitest';
import { z } from 'zod';
import { openTcpProxy, type Strike, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { outcomeOf } from '../support/wire-person.ts';
import type { WireAnswer } from '../support/wire.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';
import type { Operation, Step } from './operations.ts';

/** A service process, and the way to its database in our hands. */
export interface Rig {
  readonly world: WireWorld;
  readonly proxy: TcpProxy;
  readonly replica: Replica;
  somebody(): Promise<string>;
  /** Does it while trouble strikes at one of its statements, then mends everything. */
  strike(operation: Operation, step: Step, how: Pick<Strike, 'side' | 'trouble'>): Promise<Readonly<{ user: string; answer: WireAnswer }>>;
  untilReady(): Promise<void>;
  /** History, read model and table agree about the user, who has one connection or none, and can connect at once. */
  expectWhole(user: string): Promise<void>;
  close(): Promise<void>;
}

const counted = z.object({ history: z.number(), table: z.number() });

const written = `
  select count(*) filter (where last = 'Connected')::int as history,
    (select count(*)::int from user_tiktok_connections where user_id = $1) as table
  from (select distinct on (stream) type as last from tiktok_connections.events
    where stream in (select stream from tiktok_connections.events where data like '%"' || $1 || '"%') order by stream, revision desc) as histories`;

export const openRig = async (): Promise<Rig> => {
  const world = await createWireWorld();
  const proxy = await openTcpProxy(world.database.url);
  const replica = await world.start({ DATABASE_URL: proxy.url });
  let people = 0;
  const somebody = async (): Promise<string> => {
    const name = `person-${(people += 1)}`;
    await world.tiktok.addAccount(name);
    return name;
  };
  const connectionsOf = async (user: string) => {
    const [found = { history: -1, table: -1 }] = await world.rows(counted, written, [user]);
    return { ...found, shown: (await replica.person(user).connections()).length };
  };
  return {
    world,
    proxy,
    replica,
    somebody,
    strike: async (operation, { statement, nth = 1 }, how) => {
      const user = await somebody();
      const run = await operation.prepare(replica, world, user);
      const struck = proxy.strikeAt({ statement, nth, ...how });
      const answer = await run();
      await struck;
      await proxy.mend();
      return { user, answer };
    },
    untilReady: () => until(async () => (await replica.wire.call({ url: '/readyz' })).status, (status) => status === 200),
    expectWhole: async (user) => {
      await until(() => connectionsOf(user), ({ history, table, shown }) => history === table && table === shown && shown <= 1);
      expect(outcomeOf(await replica.person(user).connect({ account: user }))).toBe('success');
      expect(await replica.person(user).connections()).toHaveLength(1);
    },
    close: async () => {
      await world.close();
      await proxy.close();
    },
  };
};
