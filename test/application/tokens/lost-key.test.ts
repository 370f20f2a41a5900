import { ok, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { KeyRecord, KeySlot } from '../../../src/application/ports/data-key-records.ts';
import { ensureRefreshed, freshAccessToken } from '../../../src/application/tokens/fresh-access-token.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createBackground } from './background.ts';
import { createTokenWorld, type TokenWorld } from './token-world.ts';

const minute = 60_000;
const asksForConsent = { kind: 'ReauthorizationNeeded', reason: 'key_lost' };

type Someone = Readonly<{ world: TokenWorld; id: ConnectionId }>;

const someone = async (): Promise<Someone> => {
  const world = createTokenWorld();
  world.tiktok.grant('ada');
  return { world, id: await world.connect('ada') };
};
const slotOf = ({ id }: Someone, purpose: KeySlot['purpose'] = 'tokens'): KeySlot => ({ connectionId: id, life: 1, purpose });
/** As a restore of an older database leaves it. */
const lose = (ada: Someone): void => ada.world.dataKeys.put(slotOf(ada), { kind: 'Missing' });
const token = ({ world, id }: Someone, ports = world.ports) => freshAccessToken(ports, world.context(), id, minute);
const refresh = ({ world, id }: Someone) => ensureRefreshed(world.ports, world.context(), id, { kind: 'forced' });
const types = ({ world, id }: Someone): Promise<readonly string[]> => world.types(id);

describe('a data key of tokens that is lost', () => {
  it.each([
    ['is asked for', token],
    ['is refreshed', refresh],
  ])('asks for a consent when a token %s, and that once', async (_, use) => {
    const ada = await someone();
    lose(ada);
    for (let times = 0; times < 3; times += 1) expect((await use(ada))._unsafeUnwrapErr()).toEqual(asksForConsent);
    expect(await types(ada)).toEqual(['Connected', 'ReauthorizationRequired']);
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ life: 1, reason: 'key_lost', attemptId: null });
    expect(ada.world.tiktok.refreshes).toEqual([]);
  });

  it('takes the refresh out of the work list, instead of being tried for ever', async () => {
    const ada = await someone();
    const background = createBackground(ada.world, 'eager');
    await background.follow(ada.id);
    lose(ada);
    await background.pass(3 * 24 * 60);
    expect(await types(ada)).toEqual(['Connected', 'ReauthorizationRequired']);
    expect(ada.world.tiktok.refreshes).toEqual([]);
  });

  it('is made anew by a consent within the same life, which then lives like any other', async () => {
    const ada = await someone();
    lose(ada);
    expect((await token(ada))._unsafeUnwrapErr()).toEqual(asksForConsent);
    expect(await ada.world.connect('ada')).toBe(ada.id);
    expect((await ada.world.last(ada.id))?.data).toMatchObject({ life: 1 });
    expect((await token(ada))._unsafeUnwrap().token.reveal()).toBe('access/ada/3');
    expect((await refresh(ada)).isOk()).toBe(true);
    expect((await token(ada))._unsafeUnwrap().token.reveal()).toBe('access/ada/4');
  });

  it('is lost also when somebody else, who was refused, made a new one in its place', async () => {
    const ada = await someone();
    lose(ada);
    const { sealer } = ada.world.ports;
    (await sealer.seal({ ...slotOf(ada), field: 'access_token' }, secret('made-up')))._unsafeUnwrap();
    expect((await refresh(ada))._unsafeUnwrapErr()).toEqual(asksForConsent);
    expect((await token(ada))._unsafeUnwrapErr()).toEqual(asksForConsent);
    expect(await types(ada)).toEqual(['Connected', 'ReauthorizationRequired']);
  });

  it('does not undo a consent that comes while it is found out', async () => {
    const ada = await someone();
    lose(ada);
    const { sealer } = ada.world.ports;
    let looks = 0;
    const consented = async () => {
      looks += 1;
      if (looks === 1) await ada.world.connect('ada');
      return ok();
    };
    const openAll: typeof sealer.openAll = (requests) => sealer.openAll(requests).andThrough(() => new ResultAsync(consented()));
    expect((await token(ada, { ...ada.world.ports, sealer: { ...sealer, openAll } }))._unsafeUnwrapErr().kind).toBe('Unavailable');
    expect(await types(ada)).toEqual(['Connected', 'Connected']);
    expect((await token(ada)).isOk()).toBe(true);
  });
});

describe('no consent is asked for while the data key of the tokens', () => {
  it.each<[string, (held: KeyRecord) => KeyRecord, string]>([
    ['was destroyed on purpose', () => ({ kind: 'Fenced' }), 'TokensLost'],
    ['does not unwrap', (held) => (held.kind === 'Key' ? { ...held, key: { ...held.key, id: 'made-up' } } : held), 'TokensLost'],
    ['is wrapped by a key that the key ring lacks', (held) => (held.kind === 'Key' ? { ...held, key: { ...held.key, keyEncryptionKeyId: 'away' } } : held), 'Unavailable'],
  ])('%s', async (_, change, failure) => {
    const ada = await someone();
    const [held] = (await ada.world.dataKeys.find([slotOf(ada)]))._unsafeUnwrap();
    if (held !== undefined) ada.world.dataKeys.put(slotOf(ada), change(held));
    expect((await token(ada))._unsafeUnwrapErr().kind).toBe(failure);
    expect((await refresh(ada))._unsafeUnwrapErr().kind).toBe(failure);
    expect(await types(ada)).toEqual(['Connected']);
  });
});
