import { err, errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { ensureRefreshed, freshAccessToken } from '../../../src/application/tokens/fresh-access-token.ts';
import type { RefreshAnswer, TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { openId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { basicScope, scope } from '../../../src/domain/values/scopes.ts';
import { noAnswer, refusedWith, serverError, type Grant } from './made-up-tiktok.ts';
import { createTokenWorld, type TokenWorld } from './token-world.ts';

const hour = 3_600_000;
const minute = 60_000;
const day = 24 * hour;

type Someone = Readonly<{ world: TokenWorld; id: ConnectionId; grant: Grant }>;

const someone = async (): Promise<Someone> => {
  const world = createTokenWorld();
  const grant = world.tiktok.grant('ada');
  return { world, grant, id: await world.connect('ada') };
};
const refresh = ({ world, id }: Someone) => ensureRefreshed(world.ports, world.context(), id, { kind: 'forced' });
const token = async ({ world, id }: Someone, minValidity = minute, ports = world.ports): Promise<string> =>
  (await freshAccessToken(ports, world.context(), id, minValidity)).match(
    (granted) => granted.token.reveal(),
    (failure) => (failure.kind === 'ReauthorizationNeeded' ? failure.reason : failure.kind),
  );
const newest = ({ grant }: Someone): string => `access/ada/${grant.generation}`;
/** TikTok answers as it should but for these fields. */
const answerWith = ({ world, grant }: Someone, changes: Partial<RefreshAnswer>): void => {
  world.tiktok.refreshing = (asked) => world.tiktok.answers(asked).then((answer) => answer.map((given) => ({ ...given, ...changes })));
  expect(grant.account).toBe('ada');
};
/** TikTok does its part, and the answer is lost on its way. */
const loseAnswers = ({ world }: Someone): void => {
  world.tiktok.refreshing = (asked) => world.tiktok.answers(asked).then(() => err(noAnswer));
};

describe('a refresh that TikTok cannot do now', () => {
  it.each<[string, TikTokFailure]>([
    ['500', serverError],
    ['429', { kind: 'TikTokTransient', tiktok: null, reason: 'HTTP 429' }],
  ])('for %s leaves the token in use and may be tried again at once', async (_, failure) => {
    const ada = await someone();
    ada.world.tiktok.refreshing = () => errAsync(failure);
    expect((await refresh(ada))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokFailed' });
    expect(await token(ada, hour)).toBe(newest(ada));
    ada.world.tiktok.refreshing = ada.world.tiktok.answers;
    expect((await refresh(ada)).isOk()).toBe(true);
    expect(await ada.world.types(ada.id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokenRefreshFailed', 'TokenRefreshStarted', 'TokensRefreshed']);
  });

  it('for an end that nobody knows is not tried again while the token lives', async () => {
    const ada = await someone();
    ada.world.tiktok.refreshing = () => errAsync(noAnswer);
    expect((await refresh(ada)).isErr()).toBe(true);
    expect((await refresh(ada))._unsafeUnwrapErr()).toMatchObject({ kind: 'RefreshInDoubt' });
    expect(await token(ada)).toBe(newest(ada));
    expect(ada.world.tiktok.refreshes).toHaveLength(1);
    ada.world.tiktok.refreshing = ada.world.tiktok.answers;
    ada.world.clock.pass(day);
    expect(await token(ada)).toBe(newest(ada));
  });

  it('whose answer was lost asks for a consent once TikTok has refused the old refresh token, not before', async () => {
    const ada = await someone();
    loseAnswers(ada);
    const old = newest(ada);
    expect((await refresh(ada)).isErr()).toBe(true);
    expect(await token(ada)).toBe(old);
    ada.world.tiktok.refreshing = () => errAsync(noAnswer);
    ada.world.clock.pass(day);
    expect(await token(ada)).toBe('response_lost');
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ reason: 'response_lost', code: 'invalid_grant', logId: 'made-up-log-id' });
  });

  it('for days of silence ends nothing', async () => {
    const ada = await someone();
    ada.world.tiktok.refreshing = () => errAsync(noAnswer);
    for (let hours = 0; hours < 72; hours += 1) {
      expect(['ReauthorizationNeeded', 'response_lost']).not.toContain(await token(ada));
      ada.world.clock.pass(hour);
    }
    expect(await ada.world.types(ada.id)).not.toContain('ReauthorizationRequired');
    ada.world.tiktok.refreshing = ada.world.tiktok.answers;
    ada.world.clock.pass(hour);
    expect(await token(ada)).toBe(newest(ada));
  });
});

describe('a refresh that TikTok refuses', () => {
  it.each([
    ['invalid_grant', 1 * hour, 'refresh_rejected'],
    ['invalid_grant', 400 * day, 'refresh_token_expired'],
  ])('with %s after %d ms asks for a consent: %s', async (code, after, reason) => {
    const ada = await someone();
    ada.world.clock.pass(after);
    ada.world.tiktok.refreshing = () => errAsync(refusedWith(code));
    expect((await refresh(ada))._unsafeUnwrapErr()).toMatchObject({ kind: 'ReauthorizationNeeded', reason, tiktok: { code } });
    expect(await ada.world.connect('ada')).toBe(ada.id);
    ada.world.tiktok.refreshing = ada.world.tiktok.answers;
    expect(await token(ada)).toBe(newest(ada));
  });

  it.each(['invalid_request', 'unauthorized_client'])('with %s, which is no word about this person, ends nothing', async (code) => {
    const ada = await someone();
    ada.world.tiktok.refreshing = () => errAsync(refusedWith(code));
    expect((await refresh(ada)).isErr()).toBe(true);
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ class: 'configuration', code });
    expect(await token(ada)).toBe(newest(ada));
  });
});

describe("a refresh's answer", () => {
  it('ends every wait for it: nothing is left asleep that would keep a stopped process alive', async () => {
    const ada = await someone();
    expect((await refresh(ada)).isOk()).toBe(true);
    expect(ada.world.clock.asleep()).toBe(0);
    ada.world.tiktok.refreshing = () => errAsync(serverError);
    expect((await refresh(ada)).isErr()).toBe(true);
    expect(ada.world.clock.asleep()).toBe(0);
  });

  it('about another account is not believed, and its tokens are not kept', async () => {
    const ada = await someone();
    const old = newest(ada);
    answerWith(ada, { openId: openId('open-somebody-else') });
    expect((await refresh(ada)).isErr()).toBe(true);
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ class: 'unknown_outcome' });
    expect(await token(ada)).toBe(old);
  });

  it('without a refresh token keeps the old one, and its end', async () => {
    const ada = await someone();
    ada.world.tiktok.refreshing = (grant) => okAsync({
      accessToken: ada.world.tiktok.accessTokenOf(grant),
      refreshToken: null,
      openId: grant.openId,
      scopes: grant.scopes,
      expiresIn: 7_200,
      refreshExpiresIn: null,
      logId: null,
    });
    const [first] = await ada.world.events(ada.id);
    expect((await refresh(ada)).isOk()).toBe(true);
    const kept = await ada.world.last(ada.id);
    if (first?.event.type !== 'Connected' || kept?.type !== 'TokensRefreshed') throw new Error('other events than expected');
    expect(kept.data.tokens.refresh).toBe(first.event.data.tokens.refresh);
    expect(kept.data.refreshTokenExpiresAt).toBe(first.event.data.refreshTokenExpiresAt);
    ada.world.tiktok.refreshing = ada.world.tiktok.answers;
    expect((await refresh(ada)).isOk()).toBe(true);
  });

  it('with fewer scopes says which are gone', async () => {
    const ada = await someone();
    answerWith(ada, { scopes: [basicScope] });
    expect((await refresh(ada)).isOk()).toBe(true);
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ removed: ['video.publish'], scopes: ['user.info.basic'] });
  });

  it('without the basic scope asks for a consent', async () => {
    const ada = await someone();
    answerWith(ada, { scopes: [scope('video.publish')] });
    await refresh(ada).then((outcome) => expect(outcome.isErr() || outcome.value.status === 'reauthorization_required').toBe(true));
    expect(await token(ada)).toBe('scope_lost');
  });

  it.each([
    [7_200, 180 * 86_400],
    [86_400, 365 * 86_400],
    [1, 2],
    [59, 86_400],
    [10 * 365 * 86_400, 60],
    [3_600, null],
  ])('that lives %d s, its refresh token %s s, is believed to the second and never refreshed in a circle', async (access, refreshable) => {
    const ada = await someone();
    ada.world.tiktok.lifetimes = { access, refresh: refreshable };
    expect((await refresh(ada)).isOk()).toBe(true);
    const kept = await ada.world.last(ada.id);
    const now = ada.world.clock.now();
    const after = (seconds: number) => new Date(Date.parse(now) + seconds * 1_000).toISOString();
    expect(kept?.data).toMatchObject({ accessTokenExpiresAt: after(access), refreshTokenExpiresAt: refreshable === null ? null : after(refreshable) });
    for (let readers = 0; readers < 20; readers += 1) expect(await token(ada, hour)).toBe(newest(ada));
    expect(ada.world.tiktok.refreshes).toHaveLength(1);
  });
});

describe('clocks', () => {
  it.each([hour, -hour])('of replicas that are %d ms apart agree on one refresh', async (ahead) => {
    const ada = await someone();
    const other = ada.world.replica(ahead);
    ada.world.clock.pass(day);
    expect(await token(ada, minute, other)).toBe(newest(ada));
    expect(await token(ada)).toBe(newest(ada));
    expect(ada.world.tiktok.refreshes).toHaveLength(1);
    const times = (await ada.world.events(ada.id)).map(({ occurredAt }) => occurredAt);
    expect(times).toEqual([...times].sort());
  });

  it.each([hour, -hour])('of the database that jump by %d ms cost no consent and lose no token', async (jump) => {
    const ada = await someone();
    ada.world.clock.pass(day);
    ada.world.clock.jump(jump);
    const seen = new Set<string>();
    for (let hours = 0; hours < 5; hours += 1) {
      seen.add(await token(ada));
      ada.world.clock.pass(hour);
    }
    expect(await token(ada)).toBe(newest(ada));
    expect(ada.world.tiktok.refreshes.length).toBeLessThanOrEqual(1);
    expect([...seen].every((each) => each.startsWith('access/ada/'))).toBe(true);
    const times = (await ada.world.events(ada.id)).map(({ occurredAt }) => occurredAt);
    expect(times).toEqual([...times].sort());
  });
});

describe('a disconnect that overtakes a refresh', () => {
  const overtaken = async () => {
    const ada = await someone();
    const called = Promise.withResolvers<void>();
    const answers = Promise.withResolvers<void>();
    ada.world.tiktok.refreshing = async (grant) => {
      called.resolve();
      await answers.promise;
      return ada.world.tiktok.answers(grant);
    };
    const late = refresh(ada);
    await called.promise;
    await ada.world.disconnect(ada.id);
    return { ada, late, answers };
  };

  it('gives the tokens back that come after it', async () => {
    const { ada, late, answers } = await overtaken();
    expect(ada.world.tiktok.revoked.count).toBe(1);
    answers.resolve();
    expect((await late)._unsafeUnwrapErr()).toEqual({ kind: 'NotConnected' });
    expect(ada.world.tiktok.revoked.count).toBe(2);
    expect(await ada.world.types(ada.id)).toEqual(['Connected', 'TokenRefreshStarted', 'Disconnected']);
  });

  it('leaves the grant alone that a newer life uses by then', async () => {
    const { ada, late, answers } = await overtaken();
    await ada.world.connect('ada');
    answers.resolve();
    expect((await late).isErr()).toBe(true);
    expect(ada.world.tiktok.revoked.count).toBe(1);
    expect((await ada.world.last(ada.id))?.type).toBe('Connected');
  });
});
