import type pg from 'pg';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import type { Gate } from '../support/gate.ts';

/** A pool whose every statement is a call of the gate. */
export interface GatedPool {
  readonly pool: pg.Pool;
  /** What the kernel does for a killed process: closes its connections, whatever they were in the middle of. */
  readonly dropConnections: () => void;
  readonly end: () => Promise<void>;
}

/** A method with all its overloads. */
const everything = (owner: object, name: string) => (...values: unknown[]): unknown => {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function') throw new Error(`${name} is no method`);
  return Reflect.apply(method, owner, values);
};

const gatedClient = (gate: Gate, client: pg.PoolClient): pg.PoolClient =>
  new Proxy(client, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      const bound = everything(target, key);
      return key === 'query' ? gate.wrap('statement', { query: bound }).query : bound;
    },
  });

export const openGatedPool = (url: string, gate: Gate): GatedPool => {
  const inner = createPool({ url });
  const clients = new Set<pg.PoolClient>();
  inner.on('connect', (client) => clients.add(client));
  const connect = async (): Promise<pg.PoolClient> => gatedClient(gate, await inner.connect());
  const query = gate.wrap('statement', { query: everything(inner, 'query') });
  const pool = new Proxy(inner, {
    get: (target, key): unknown => {
      if (key === 'connect') return gate.wrap('pool', { connect }).connect;
      return key === 'query' ? query.query : Reflect.get(target, key);
    },
  });
  return {
    pool,
    dropConnections: () => {
      for (const client of clients) client.connection.stream.destroy();
    },
    end: () => inner.end(),
  };
};
