import { err } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { ensureRefreshed, freshAccessToken } from '../../../src/application/tokens/fresh-access-token.ts';
import { validateConnection } from '../../../src/application/tokens/validate-connection.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { noAnswer, refusedWith, serverError, type Grant } from './made-up-tiktok.ts';
import { createTokenWorld, type TokenWorld } from './token-world.ts';

const minute = 60_000;

/** Someone whose refresh had no answer while the access token still has a day to live. */
const inDoubt = async (spent: boolean): Promise<Readonly<{ world: TokenWorld; id: ConnectionId; ada: Grant }>> => {
  const world = createTokenWorld();
  const id = await world.connect('ada');
  const ada = world.tiktok.grants.get('ada');
  if (ada === undefined) throw new Error('ada has no grant');
  world.tiktok.refreshing = (grant) => {
    if (spent) grant.generation += 1;
    return Promise.resolve(err(noAnswer));
  };
  expect((await ensureRefreshed(world.ports, world.context(), id, { kind: 'forced' })).isErr()).toBe(true);
  world.tiktok.refreshing = world.tiktok.answers;
  world.clock.pass(minute);
  return { world, id, ada };
};

const handedOut = async (world: TokenWorld, id: ConnectionId): Promise<string> =>
  (await freshAccessToken(world.ports, world.context(), id, minute)).match(
    ({ token }) => token.reveal(),
    ({ kind }) => kind,
  );

describe('an access token that TikTok refuses while a refresh is in doubt', () => {
  it('is handed out as long as nobody was refused', async () => {
    const { world, id } = await inDoubt(false);
    expect(await handedOut(world, id)).toBe('access/ada/2');
    expect(world.tiktok.refreshes).toHaveLength(1);
  });

  it('starts the probe, which brings new tokens where the lost call never reached TikTok', async () => {
    const { world, id } = await inDoubt(false);
    world.tiktok.userInfoFailure = () => (world.tiktok.userInfos.length === 1 ? refusedWith('access_token_invalid') : null);
    expect((await validateConnection(world.ports, world.context(), id)).isOk()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokenRefreshFailed', 'TokenRefreshStarted', 'TokensRefreshed']);
    expect((await world.events(id))[3]?.event.data).toMatchObject({ probe: true, accessTokenRefused: true });
    expect(await handedOut(world, id)).toBe('access/ada/3');
  });

  it('starts the probe, which shows that the answer is lost, a day before the stated end', async () => {
    const { world, id } = await inDoubt(true);
    const validated = await validateConnection(world.ports, world.context(), id);
    expect(validated._unsafeUnwrapErr()).toMatchObject({ kind: 'ReauthorizationNeeded', reason: 'response_lost' });
    expect(await handedOut(world, id)).toBe('ReauthorizationNeeded');
  });
});

describe('an access token that TikTok refuses', () => {
  const refusing = async () => {
    const world = createTokenWorld();
    const id = await world.connect('ada');
    const { tokenSet } = (await freshAccessToken(world.ports, world.context(), id, minute))._unsafeUnwrap();
    const refused = (ports = world.ports) => ensureRefreshed(ports, world.context(), id, { kind: 'refused', tokenSet });
    return { world, id, refused };
  };

  it('is not handed out again, also when the refresh fails in passing', async () => {
    const { world, id, refused } = await refusing();
    world.tiktok.refreshing = () => Promise.resolve(err(serverError));
    expect((await refused()).isErr()).toBe(true);
    expect(await handedOut(world, id)).toBe('TikTokFailed');
    world.tiktok.refreshing = world.tiktok.answers;
    expect(await handedOut(world, id)).toBe('access/ada/3');
  });

  it('is refreshed once, however many were refused with it and whenever they say so', async () => {
    const { world, id, refused } = await refusing();
    const together = await Promise.all([refused(), refused()]);
    const afterwards = [await refused(world.replica()), await refused()];
    expect([...together, ...afterwards].map((each) => each.isOk())).toEqual([true, true, true, true]);
    expect(world.tiktok.refreshes).toHaveLength(1);
    expect(await handedOut(world, id)).toBe('access/ada/3');
  });
});
