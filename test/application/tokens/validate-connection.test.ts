import { describe, expect, it } from 'vitest';
import { validateConnection } from '../../../src/application/tokens/validate-connection.ts';
import { validateWhenDue } from '../../../src/application/tokens/validate-when-due.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { basicScope } from '../../../src/domain/values/scopes.ts';
import { refusedWith, serverError } from './made-up-tiktok.ts';
import { createTokenWorld, type TokenWorld } from './token-world.ts';

const day = 86_400_000;

const someone = async (): Promise<Readonly<{ world: TokenWorld; id: ConnectionId; validate: () => ReturnType<typeof validateConnection> }>> => {
  const world = createTokenWorld();
  const id = await world.connect('ada');
  return { world, id, validate: () => validateConnection(world.ports, world.context(), id) };
};

describe('the daily look at a connection', () => {
  it('records what changed in the profile, and once', async () => {
    const { world, id, validate } = await someone();
    const ada = world.tiktok.grants.get('ada');
    if (ada === undefined) throw new Error('ada has no grant');
    ada.profile = { ...ada.profile, display_name: 'Ada L.', avatar_url: 'https://pictures.example/other.webp' };
    expect((await validate()).isOk()).toBe(true);
    expect((await validate()).isOk()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected', 'ProfileChanged']);
    expect((await world.last(id))?.data).toMatchObject({ changed: ['display_name', 'avatar_url'] });
  });

  it('takes a newly signed address of the same picture for no change', async () => {
    const { world, id, validate } = await someone();
    const ada = world.tiktok.grants.get('ada');
    if (ada === undefined) throw new Error('ada has no grant');
    ada.profile = { ...ada.profile, avatar_url: 'https://pictures.example/ada.webp?x-expires=2&x-signature=two' };
    expect((await validate()).isOk()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it('does not record the profile of another account', async () => {
    const { world, id, validate } = await someone();
    const ada = world.tiktok.grants.get('ada');
    const other = world.tiktok.grant('bob');
    if (ada === undefined) throw new Error('ada has no grant');
    ada.profile = other.profile;
    expect((await validate())._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokFailed' });
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it('asks with a fresh token', async () => {
    const { world, id, validate } = await someone();
    world.clock.pass(2 * day);
    expect((await validate()).isOk()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
  });

  it('refreshes a token that TikTok calls invalid, and ends nothing while the refresh works', async () => {
    const { world, id, validate } = await someone();
    let first = true;
    world.tiktok.userInfoFailure = () => {
      const failure = first ? refusedWith('access_token_invalid') : null;
      first = false;
      return failure;
    };
    expect((await validate()).isOk()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
  });

  it('leaves a connection as it is whose new token is called invalid, too', async () => {
    const { world, id, validate } = await someone();
    world.tiktok.userInfoFailure = () => refusedWith('access_token_invalid');
    expect((await validate()).isErr()).toBe(true);
    expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
    expect(world.tiktok.userInfos).toHaveLength(2);
  });

  it('asks for a consent when the refresh is refused', async () => {
    const { world, id, validate } = await someone();
    world.tiktok.userInfoFailure = () => refusedWith('access_token_invalid');
    const ada = world.tiktok.grants.get('ada');
    if (ada === undefined) throw new Error('ada has no grant');
    ada.generation += 1;
    expect((await validate())._unsafeUnwrapErr()).toMatchObject({ kind: 'ReauthorizationNeeded', reason: 'refresh_rejected' });
    expect((await world.last(id))?.type).toBe('ReauthorizationRequired');
  });

  it('learns from a refresh which scopes are left when one is missing', async () => {
    const { world, id, validate } = await someone();
    const ada = world.tiktok.grants.get('ada');
    if (ada === undefined) throw new Error('ada has no grant');
    ada.scopes = [basicScope];
    world.tiktok.userInfoFailure = (scopes) => (scopes.length > 1 ? refusedWith('scope_not_authorized') : null);
    expect((await validate()).isOk()).toBe(true);
    expect((await world.last(id))?.data).toMatchObject({ scopes: ['user.info.basic'], removed: ['video.publish'] });
  });

  it('asks for a consent when not even the basic scope is left, whatever the tokens say', async () => {
    const { world, id, validate } = await someone();
    world.tiktok.userInfoFailure = () => refusedWith('scope_not_authorized');
    expect((await validate()).isOk()).toBe(true);
    expect(await world.last(id)).toMatchObject({ type: 'ReauthorizationRequired', data: { reason: 'scope_lost' } });
  });

  it('changes nothing while TikTok is away', async () => {
    const { world, id, validate } = await someone();
    world.tiktok.userInfoFailure = () => serverError;
    expect((await validate())._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokFailed' });
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it('reaches nothing that was disconnected meanwhile', async () => {
    const { world, id, validate } = await someone();
    await world.disconnect(id);
    expect((await validate())._unsafeUnwrapErr()).toEqual({ kind: 'NotConnected' });
    expect(world.tiktok.userInfos).toEqual([]);
  });
});

describe('its work item', () => {
  const run = async (world: TokenWorld, id: ConnectionId) => {
    const item = { kind: 'validate', subject: id, connectionId: id, life: 1, revision: 1, dueAt: world.clock.now(), attempts: 1 } as const;
    return validateWhenDue(world.ports)(item, new AbortController().signal);
  };
  const days = (outcome: Awaited<ReturnType<typeof run>>): number => (outcome.kind === 'Later' ? outcome.afterMillis / day : Number.NaN);

  it('is due again in about a day, no event needed', async () => {
    const { world, id } = await someone();
    expect(days(await run(world, id))).toBeCloseTo(1, 0);
    expect(await world.types(id)).toEqual(['Connected']);
  });

  it('waits about a day when TikTok is away', async () => {
    const { world, id } = await someone();
    world.tiktok.userInfoFailure = () => serverError;
    const wait = days(await run(world, id));
    expect(wait).toBeGreaterThanOrEqual(0.75);
    expect(wait).toBeLessThanOrEqual(1.25);
  });

  it('is done with a connection that has ended', async () => {
    const { world, id } = await someone();
    await world.disconnect(id);
    expect(await run(world, id)).toEqual({ kind: 'Done' });
  });
});
