import { okAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { refreshTokens } from '../../../src/application/tokens/refresh-tokens.ts';
import { createTokenWorld } from './token-world.ts';

it('a start whose look-ups took too long is abandoned before TikTok is called: its fence would end under the call', async () => {
  const world = createTokenWorld();
  const id = await world.connect('ada');
  const slow = {
    ...world.ports,
    databaseClock: {
      now: () => {
        const at = world.clock.now();
        world.clock.pass(16_000);
        return okAsync(at);
      },
    },
  };
  const refreshed = await refreshTokens(slow, world.context(), id, { kind: 'forced' });
  expect(refreshed._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokFailed' });
  expect(world.tiktok.refreshes).toEqual([]);
  expect(await world.types(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokenRefreshFailed']);
});
