import { err, ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TikTokFailure, TikTokUsers } from '../../../src/application/ports/tiktok.ts';
import { ensureRefreshed } from '../../../src/application/tokens/fresh-access-token.ts';
import { removeAuthorization, type RemovalPorts } from '../../../src/application/webhooks/remove-authorization.ts';
import type { WebhookOutcome } from '../../../src/application/webhooks/webhook-outcome.ts';
import { connectionId, webhookId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { instant, millisOf, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { misconfigured, noAnswer, refusedWith, serverError } from '../tokens/made-up-tiktok.ts';
import { createTokenWorld, type TokenWorld } from '../tokens/token-world.ts';

const dead = refusedWith('access_token_invalid');
const done = { kind: 'Done' };
const day = 24 * 3_600_000;

let world: TokenWorld;
let id: ConnectionId;
let connectedAt: Instant;
beforeEach(async () => {
  world = createTokenWorld();
  connectedAt = world.clock.now();
  id = await world.connect('ada');
});

type Asked = Readonly<{ users?: TikTokUsers; removedAt?: Instant | null; webhook?: string; of?: ConnectionId }>;
const work = ({ users = world.tiktok.users, removedAt = null, webhook = 'webhook 1', of = id }: Asked = {}): Promise<WebhookOutcome> => {
  const ports: RemovalPorts = { ...world.ports, tiktok: { ...world.tiktok.tokens, ...users } };
  return removeAuthorization(ports, { webhookId: webhookId(webhook), connectionId: of, reason: 1, removedAt });
};

const refresh = async (): Promise<boolean> => (await ensureRefreshed(world.ports, world.context(), id, { kind: 'forced' })).isOk();

/** TikTok refuses, but while it is asked something else happens. */
const refusingWhile = (happens: () => Promise<unknown>): TikTokUsers => ({
  userInfo: () => new ResultAsync(happens().then(() => err(dead))),
});

const expectIgnored = async (why: string): Promise<void> =>
  expect(await world.last(id)).toMatchObject({ type: 'RevocationIgnored', data: { life: 1, webhookId: 'webhook 1', why } });

describe('a removed authorization', () => {
  it('ends the life when TikTok refuses a living token', async () => {
    world.tiktok.userInfoFailure = () => dead;
    expect(await work()).toEqual(done);
    expect(await world.last(id)).toMatchObject({ type: 'Disconnected', data: { by: { kind: 'tiktok', reason: 1 }, revokeConfirmed: true } });
  });

  it('ends nothing when the token was refused because a refresh had just replaced it', async () => {
    expect((await work({ users: refusingWhile(refresh) })).kind).toBe('Retry');
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
    expect(await work()).toEqual(done);
    await expectIgnored('still_granted');
  });

  it('ends nothing while a refresh is under way that may have replaced the token', async () => {
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    world.tiktok.refreshing = async (grant) => {
      await held;
      return world.tiktok.answers(grant);
    };
    let refreshed: Promise<unknown> = Promise.resolve();
    const started = async (): Promise<void> => {
      refreshed = refresh();
      while ((await world.last(id))?.type !== 'TokenRefreshStarted' || world.tiktok.refreshes.length === 0) await Promise.resolve();
    };
    expect((await work({ users: refusingWhile(started) })).kind).toBe('Retry');
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted']);
    end();
    await refreshed;
    expect(await work()).toEqual(done);
    await expectIgnored('still_granted');
  });

  it('ends nothing while the answer of a refresh is lost: the token may have been replaced unseen', async () => {
    world.tiktok.refreshing = (grant) => {
      grant.generation += 1;
      return Promise.resolve(err(noAnswer));
    };
    expect(await refresh()).toBe(false);
    expect((await work()).kind).toBe('Retry');
    expect(await world.types(id)).not.toContain('Disconnected');
  });

  it('starts the probe of a refresh in doubt, for that may have ended the token as well', async () => {
    world.tiktok.refreshing = (grant) => {
      grant.generation += 1;
      return Promise.resolve(err(noAnswer));
    };
    expect(await refresh()).toBe(false);
    world.clock.pass(60_000);
    expect((await work()).kind).toBe('Retry');
    expect(world.tiktok.refreshes).toHaveLength(2);
    expect(await world.last(id)).toMatchObject({ type: 'ReauthorizationRequired', data: { reason: 'response_lost' } });
  });

  it('ends nothing by a token that ended while TikTok was asked', async () => {
    const users = refusingWhile(() => Promise.resolve(world.clock.pass(2 * day)));
    expect((await work({ users })).kind).toBe('Retry');
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it.each<[string, TikTokFailure]>([
    ['fails', serverError],
    ['is silent', noAnswer],
    ['does not know our app', misconfigured],
  ])('waits while TikTok %s', async (_, failure) => {
    world.tiktok.userInfoFailure = () => failure;
    expect((await work()).kind).toBe('Retry');
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it('is not confirmed by a refusal that is not about the token', async () => {
    world.tiktok.userInfoFailure = () => refusedWith('scope_not_authorized');
    expect(await work()).toEqual(done);
    await expectIgnored('still_granted');
  });

  it('is confirmed by a refused refresh, also one of before', async () => {
    world.tiktok.refreshing = () => Promise.resolve(err(refusedWith('invalid_grant')));
    expect(await refresh()).toBe(false);
    expect(await work()).toEqual(done);
    expect(await world.last(id)).toMatchObject({ type: 'Disconnected', data: { by: { kind: 'tiktok', reason: 1 } } });
  });

  it('cannot be confirmed where an answer of ours was lost and the person must consent again', async () => {
    world.tiktok.refreshing = (grant) => {
      grant.generation += 1;
      return Promise.resolve(err(noAnswer));
    };
    expect(await refresh()).toBe(false);
    world.clock.pass(2 * day);
    expect(await refresh()).toBe(false);
    expect(await world.last(id)).toMatchObject({ type: 'ReauthorizationRequired', data: { reason: 'response_lost' } });
    expect(await work()).toEqual(done);
    await expectIgnored('not_confirmable');
  });

  it('that is older than the life is recorded without asking TikTok', async () => {
    expect(await work({ removedAt: plusMillis(connectedAt, -1_000) })).toEqual(done);
    await expectIgnored('older_life');
    expect(world.tiktok.userInfos).toEqual([]);
  });

  it('of the second in which the life began is looked into: TikTok cuts its times to the second', async () => {
    const removedAt = instant(Math.floor(millisOf(connectedAt) / 1_000) * 1_000);
    expect(await work({ removedAt })).toEqual(done);
    await expectIgnored('still_granted');
  });

  it('that is worked on twice at once has its effect once', async () => {
    expect(await Promise.all([work(), work(), work()])).toEqual([done, done, done]);
    expect(await world.types(id)).toEqual(['Connected', 'RevocationIgnored']);
    world.tiktok.userInfoFailure = () => dead;
    await Promise.all([work({ webhook: 'webhook 2' }), work({ webhook: 'webhook 3' }), work({ webhook: 'webhook 2' })]);
    expect(await world.types(id)).toEqual(['Connected', 'RevocationIgnored', 'Disconnected']);
  });

  it('that comes while somebody else disconnects finds nothing left to do', async () => {
    const users = refusingWhile(() => world.disconnect(id));
    expect((await work({ users })).kind).toBe('Retry');
    expect(await work()).toEqual(done);
    expect(await world.types(id)).toEqual(['Connected', 'Disconnected']);
  });

  it('of a connection nobody knows writes nothing', async () => {
    const nobody = connectionId('6f0e0000-0000-5000-8000-00000000ffff');
    expect(await work({ of: nobody })).toEqual(done);
    expect(await world.types(nobody)).toEqual([]);
  });
});
