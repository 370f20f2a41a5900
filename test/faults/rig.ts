import { expect } from 'vitest';
import { z } from 'zod';
import { openStoreProxy, type StoreStrike } from '../support/store-proxy.ts';
import { openTcpProxy, type Strike, type Trouble } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { outcomeOf } from '../support/wire-person.ts';
import type { WireAnswer } from '../support/wire.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';
import type { Operation, Step } from './operations.ts';

/** What statements about the history are calls of, where it stands in another store. */
const callsToStore: Readonly<Record<string, StoreStrike['call']>> = { read_stream: 'read', append_one: 'append' };

/** A service process, and the ways to its database and to its event store in our hands. */
export interface Rig {
  readonly world: WireWorld;
  readonly replica: Replica;
  somebody(): Promise<string>;
  /** Does it while trouble strikes at one of its statements, then mends everything. */
  strike(operation: Operation, step: Step, how: Readonly<{ side: Strike['side']; trouble: Trouble }>): Promise<Readonly<{ user: string; answer: WireAnswer }>>;
  /** Database and event store, begins now. */
  begin(trouble: Trouble): Promise<void>;
  mend(): Promise<void>;
  delayBy(millis: number): void;
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
  const storeUrl = world.environment['EVENT_STORE_URL'] ?? '';
  const database = await openTcpProxy(world.database.url);
  const store = storeUrl === '' ? null : await openStoreProxy(storeUrl);
  const ways = store === null ? [database] : [database, store];
  const replica = await world.start({ DATABASE_URL: database.url, ...(store === null ? {} : { EVENT_STORE_URL: store.url }) });
  const begin: Rig['begin'] = async (trouble) => void (await Promise.all(ways.map((way) => way.begin(trouble))));
  const mend = async (): Promise<void> => void (await Promise.all(ways.map((way) => way.mend())));
  let people = 0;
  const somebody = async (): Promise<string> => {
    const name = `person-${(people += 1)}`;
    await world.tiktok.addAccount(name);
    return name;
  };
  const connectionsOf = async (user: string) => {
    const [found = { history: -1, table: -1 }] = await world.history(counted, written, [user]);
    return { ...found, shown: (await replica.person(user).connections()).length };
  };
  return {
    world,
    replica,
    somebody,
    strike: async (operation, { statement, nth = 1 }, how) => {
      const user = await somebody();
      const run = await operation.prepare(replica, world, user);
      const call = callsToStore[statement];
      const struck = store === null || call === undefined ? database.strikeAt({ statement, nth, ...how }) : store.strikeAt({ call, nth, ...how });
      const answer = await run();
      await struck;
      await mend();
      return { user, answer };
    },
    begin,
    mend,
    delayBy: (millis) => {
      for (const way of ways) way.delayBy(millis);
    },
    untilReady: () => until(async () => (await replica.wire.call({ url: '/readyz' })).status, (status) => status === 200),
    expectWhole: async (user) => {
      await until(() => connectionsOf(user), ({ history, table, shown }) => history === table && table === shown && shown <= 1);
      expect(outcomeOf(await replica.person(user).connect({ account: user }))).toBe('success');
      expect(await replica.person(user).connections()).toHaveLength(1);
    },
    close: async () => {
      await world.close();
      await Promise.all(ways.map((way) => way.close()));
    },
  };
};
