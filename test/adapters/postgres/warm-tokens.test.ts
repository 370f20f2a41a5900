import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { WarmToken } from '../../../src/application/ports/warm-tokens.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { ensureRefreshed } from '../../../src/application/tokens/fresh-access-token.ts';
import { watchStatements } from '../../support/sent-statements.ts';
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
const grant = async (minValidityMillis = 60_000, connectionId = id, reason: string | null = 'a "test"'): Promise<WarmToken | null> => {
  const { warmTokens } = world.service.get('tokenPorts');
  const granted = await warmTokens?.grant({ connectionId, stream: connectionStream(connectionId), minValidityMillis, principal: 'service:test', reason });
  return granted?._unsafeUnwrap() ?? null;
};
const another = async (): Promise<ConnectionId> => {
  const other = await world.somebody();
  expect((await world.connect(other)).error).toBeNull();
  await world.seen(other);
  return world.connectionOf(other);
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

describe('tokens asked for in one turn', () => {
  const ofTokens = ['warm_tokens.grant', 'security_log.record', 'read_stream', 'read_streams', 'database-clock', 'data_keys.find', 'append_one'];

  it('are one statement, each with an entry of its own, and what one cannot have the others can', async () => {
    const [other, broken] = [await another(), await another()];
    await pool().query(`update tiktok_connections.connections set sealed_access_token = sealed_refresh_token where connection_id = $1`, [broken]);
    using sent = watchStatements();
    const granted = await Promise.all([
      grant(60_000, id, 'first'),
      grant(60_000, other, 'with\0a zero'),
      grant(366 * 86_400_000, other),
      grant(60_000, broken),
      grant(60_000, id, null),
    ]);
    expect(sent.of(ofTokens)).toEqual(['warm_tokens.grant']);
    const [first, second, short, unopened, again] = granted;
    expect([short, unopened]).toEqual([null, null]);
    expect(again).toEqual(first);
    expect(second?.openId).not.toBe(first?.openId);
    expect(second?.token.reveal()).not.toBe(first?.token.reveal());
    expect(await entries()).toMatchObject([{ detail: { reason: 'first' } }, { detail: { reason: null } }]);
  });

  it('are several statements when they are very many', async () => {
    using sent = watchStatements();
    const granted = await Promise.all(Array.from({ length: 33 }, () => grant()));
    expect(new Set(granted.map((token) => token?.token.reveal())).size).toBe(1);
    expect(sent.of(ofTokens)).toEqual(['warm_tokens.grant', 'warm_tokens.grant']);
    expect(await entries()).toHaveLength(33);
  });
});

describe('a token that TikTok has refused', () => {
  it('is not given, though its stated end has not come, nor shown as living', async () => {
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: person.account, times: 1, action: { type: 'respond', status: 503, body: { error: 'server_error', error_description: 'made up', log_id: 'x' } } });
    const refreshed = await ensureRefreshed(world.service.get('tokenPorts'), world.context(), id, { kind: 'refused', tokenSet: 1 });
    expect(refreshed.isErr()).toBe(true);
    const { views } = await world.seen(person);
    expect(views.map(({ revision, accessTokenExpiresAt }) => [revision, accessTokenExpiresAt === null || Date.parse(accessTokenExpiresAt) <= Date.now()])).toEqual([[3, true]]);
    expect(await grant(0)).toBeNull();
    expect(await entries()).toEqual([]);
  });
});

describe('a refresh', () => {
  it('reads the history once, the keys once, and appends twice', async () => {
    const ofRefreshing = ['read_stream', 'read_streams', 'database-clock', 'data_keys.find', 'append_one', 'append_together', 'append_events'];
    using sent = watchStatements();
    const refreshed = await ensureRefreshed(world.service.get('tokenPorts'), world.context(), id, { kind: 'forced' });
    expect(refreshed.isOk()).toBe(true);
    const expected = ['read_stream', 'database-clock', 'data_keys.find', 'append_one', 'database-clock', 'append_one'];
    // The projector opens profiles with keys of its own; nothing has changed in them here.
    expect(sent.of(ofRefreshing)).toEqual(expected);
  });
});
