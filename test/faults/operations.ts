import { z } from 'zod';
import { outcomeOf, type WirePerson } from '../support/wire-person.ts';
import type { WireAnswer } from '../support/wire.ts';
import type { Replica, WireWorld } from '../support/wire-world.ts';

/** A statement of an operation, in the order in which they are sent. */
export type Step = Readonly<{
  statement: string;
  nth?: number;
  /** What the operation ends in when the database is gone from here on. */
  gone: string;
  /** What it ends in when only this statement's connection is lost, and when only its answer is. */
  cut: string;
}>;

export type Operation = Readonly<{
  name: string;
  steps: readonly Step[];
  /** Makes everything ready; answers how to do it. */
  prepare: (replica: Replica, world: WireWorld, user: string) => Promise<() => Promise<WireAnswer>>;
}>;

const backend = { authorization: 'Bearer dev' };
const failed = (statement: string, nth = 1): Step => ({ statement, nth, gone: 'unavailable', cut: 'unavailable' });
const refused = (statement: string): Step => ({ statement, gone: 'database_error', cut: 'database_error' });
const repeated = (statement: string, gone: string, cut = 'success'): Step => ({ statement, gone, cut });

/** Whatever an answer says, in a word. */
export const wordOf = (answer: WireAnswer): string => {
  if (answer.status === 503) return answer.headers['retry-after'] === undefined ? 'no Retry-After' : 'unavailable';
  if (answer.status === 303) return outcomeOf(answer);
  return answer.status < 400 ? 'success' : String(answer.status);
};

const connected = async (replica: Replica, user: string): Promise<Readonly<{ person: WirePerson; id: string }>> => {
  const person = replica.person(user);
  const answer = await person.connect({ account: user });
  const [connection] = await person.connections();
  if (connection === undefined) throw new Error(`not connected: ${wordOf(answer)}`);
  return { person, id: connection.id };
};

/** Every operation that needs the database, and every statement it sends. */
export const operations: readonly Operation[] = [
  {
    name: 'authorize',
    steps: [refused('authorization_attempts.open'), { statement: 'connections.page.owner.statuses.user', gone: 'success', cut: 'success' }],
    prepare: async (replica, _, user) => {
      const person = replica.person(user);
      return () => person.call({ url: '/api/tiktok/auth/authorize' });
    },
  },
  {
    name: 'a connect link',
    steps: [refused('connect_sessions.redeem')],
    prepare: async (replica, _, user) => {
      const link = await replica.wire.call({ method: 'POST', url: '/v1/connect-sessions', headers: backend, body: { user_id: user } });
      const { search } = new URL(z.object({ connect_url: z.url() }).parse(link.json()).connect_url);
      return () => replica.wire.call({ url: `/api/tiktok/auth/authorize${search}` });
    },
  },
  {
    name: 'callback',
    steps: [
      refused('authorization_attempts.consume'),
      refused('read_stream'),
      refused('data_keys.find'),
      refused('data_keys.add'),
      repeated('append_one', 'database_error'),
    ],
    prepare: async (replica, world, user) => {
      const person = replica.person(user);
      const callback = await world.tiktok.decide(await person.begin(), { account: user });
      return () => person.comeBack(callback);
    },
  },
  {
    name: 'user/info',
    steps: [failed('connections.page.owner.statuses.user')],
    prepare: async (replica, _, user) => {
      const { person } = await connected(replica, user);
      return () => person.call({ url: '/api/tiktok/user/info' });
    },
  },
  {
    name: 'unbind',
    steps: [
      failed('connections.page.owner.statuses.user'),
      failed('read_stream'),
      failed('data_keys.find'),
      failed('read_stream', 2),
      repeated('append_one', 'unavailable'),
    ],
    prepare: async (replica, _, user) => {
      const { person } = await connected(replica, user);
      return () => person.unbind();
    },
  },
  {
    name: 'GET /v1/connections/{id}',
    steps: [failed('connections.by_id')],
    prepare: async (replica, _, user) => {
      const { id } = await connected(replica, user);
      return () => replica.wire.call({ url: `/v1/connections/${id}`, headers: backend });
    },
  },
  {
    name: 'GET /v1/connections',
    steps: [failed('connections.page.service')],
    prepare: async (replica) => () => replica.wire.call({ url: '/v1/connections?limit=1', headers: backend }),
  },
  {
    name: 'POST /v1/connect-sessions',
    steps: [failed('connect_sessions.open')],
    prepare: async (replica, _, user) => () =>
      replica.wire.call({ method: 'POST', url: '/v1/connect-sessions', headers: backend, body: { user_id: user } }),
  },
  {
    name: 'DELETE /v1/connections/{id}',
    steps: [
      failed('idempotency_records.claim'),
      failed('read_stream'),
      failed('data_keys.find'),
      failed('read_stream', 2),
      repeated('append_one', 'unavailable'),
      repeated('idempotency_records.complete', 'success'),
    ],
    prepare: async (replica, _, user) => {
      const { id } = await connected(replica, user);
      const headers = { ...backend, 'idempotency-key': `remove-${user}` };
      return () => replica.wire.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers });
    },
  },
];
