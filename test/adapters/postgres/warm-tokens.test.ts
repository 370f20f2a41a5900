import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { WarmToken } from '../../../src/application/ports/warm-tokens.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { createConnectingWorld, type ConnectingWorld, type Somebody } from '../../faults/connecting-world.ts';

let world: ConnectingWorld;
let person: Somebody;
let id: ConnectionId;
beforeAll(async () => {
  world = await createConnectingWorld();
});
beforeEach(async () => {
  person = await world.somebody();
  expect((await world.connect(person)).error).toBeNull();
  id = await world.connectionOf(person);
  await world.seen(person);
});
afterAll(() => world.close());

const pool = () => world.service.get('pool');
const grant = async (minValidityMillis = 60_000): Promise<WarmToken | null> => {
  const { warmTokens } = world.service.get('tokenPorts');
  const granted = await warmTokens?.grant({ connectionId: id, stream: connectionStream(id), minValidityMillis, principal: 'service:test', reason: 'a "test"' });
  return granted?._unsafeUnwrap() ?? null;
};
const entries = async (): Promise<readonly unknown[]> => {
  const { rows }: { rows: readonly unknown[] } = await pool().query('select kind, principal, detail from tiktok_connections.security_log where connection_id = $1', [id]);
  return rows;
};

describe('the short way to a token', () => {
  it('gives what the history holds, and enters the grant as the long way does', async () => {
    const token = await grant();
    const held = await world.tiktok.tokens(person.account);
    expect(held.filter(({ kind, status }) => kind === 'access' && status === 'alive').map((each) => each.token)).toEqual([token?.token.reveal()]);
    expect(token).toMatchObject({ revision: 1, openId: await world.tiktok.openId(person.account), scopes: ['user.info.basic', 'video.publish'] });
    expect(await entries()).toEqual([
      { kind: 'access_token_granted', principal: 'service:test', detail: { reason: 'a "test"', revision: 1, expires_at: token?.expiresAt } },
    ]);
  });

  it('is closed while the rows are behind the history, or the token lives too short', async () => {
    expect(await grant(366 * 86_400_000)).toBeNull();
    await pool().query('update tiktok_connections.connections set revision = 0 where connection_id = $1', [id]);
    expect(await grant()).toBeNull();
    expect(await entries()).toEqual([]);
  });

  it('is closed once the keys of the life are fenced', async () => {
    await pool().query(`insert into tiktok_connections.data_key_fences values ($1, 1, 'tokens', 'disconnected')`, [id]);
    expect(await grant()).toBeNull();
    expect(await entries()).toEqual([]);
  });

  it('gives nothing that does not open', async () => {
    await pool().query(`update tiktok_connections.connections set sealed_access_token = sealed_refresh_token where connection_id = $1`, [id]);
    expect(await grant()).toBeNull();
  });
});
