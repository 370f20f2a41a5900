import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealEnvelope } from '../../../src/adapters/crypto/envelope.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import type { SealContext } from '../../../src/application/ports/sealer.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { accessToken, keyFilledWith, sealing, slotOf } from './sealing-setup.ts';

const refused = { kind: 'NotAuthentic' };
const otherConnection: SealContext = { ...accessToken, connectionId: connectionId('6f0e0000-0000-5000-8000-000000000002') };

describe('an envelope', () => {
  it('is refused with any one of its characters replaced by any other', async () => {
    const { seal, open } = sealing();
    const envelope = await seal(accessToken, 'act.made-up');
    for (let index = 0; index < envelope.length; index += 1) {
      for (let code = 0; code < 256; code += 1) {
        const flipped = envelope.slice(0, index) + String.fromCharCode(code) + envelope.slice(index + 1);
        if (flipped !== envelope) expect(await open(accessToken, flipped)).toMatchObject(refused);
      }
    }
  });

  it.each([0, 1, 2])('is refused with the unused bits of its last character changed (text of %i bytes)', async (length) => {
    const { seal, open } = sealing();
    const envelope = await seal(accessToken, 'x'.repeat(length));
    const bytes = Buffer.from(envelope.split('.')[2] ?? '', 'base64url');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBytes = [...alphabet]
      .map((last) => envelope.slice(0, -1) + last)
      .filter((text) => text !== envelope && Buffer.from(text.split('.')[2] ?? '', 'base64url').equals(bytes));
    expect(sameBytes.length).toBe([0, 15, 3][bytes.length % 3]);
    for (const text of sameBytes) expect(await open(accessToken, text)).toMatchObject(refused);
  });

  it.each([
    ['padding', (text: string) => `${text}=`],
    ['a line break behind it', (text: string) => `${text}\n`],
    ['a blank before it', (text: string) => ` ${text}`],
    ['its tail cut', (text: string) => text.slice(0, -4)],
    ['its body cut to nothing', (text: string) => text.split('.').slice(0, 2).join('.')],
    ['a fourth part', (text: string) => `${text}.AAAA`],
    ['its key id in capitals', (text: string) => text.replace(/\.[^.]+/, (id) => id.toUpperCase())],
  ])('is refused with %s', async (_, alter) => {
    const { seal, open } = sealing();
    const envelope = await seal(accessToken, 'made up');
    expect(alter(envelope)).not.toBe(envelope);
    expect(await open(accessToken, alter(envelope))).toMatchObject(refused);
  });

  it.each(['s0', 's2', 's10', 'w1', 'v1'])('is refused with version %s, and says that it is the version', async (version) => {
    const { seal, open } = sealing();
    const envelope = await seal(accessToken, 'made up');
    expect(await open(accessToken, envelope.replace(/^s1/, version))).toEqual({ ...refused, reason: 'an envelope of an unknown version', ofAnotherKey: false });
  });

  it('is refused with the id of another data key, and says so', async () => {
    const { seal, open } = sealing();
    const envelope = await seal(accessToken, 'made up');
    const other = envelope.replace(/\.[^.]+/, '.00000000-0000-4000-8000-000000000000');
    expect(await open(accessToken, other)).toEqual({ ...refused, reason: 'sealed with another data key than the one of this slot', ofAnotherKey: true });
  });

  it('is refused when it is plain text or anything else', async () => {
    const { seal, open } = sealing();
    await seal(accessToken, 'makes the key');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await open(accessToken, text)).toMatchObject(refused);
      }),
    );
  });
});

describe('a moved envelope', () => {
  it.each<[string, SealContext]>([
    ['field', { ...accessToken, field: 'refresh' }],
    ['purpose', { ...accessToken, purpose: 'profile' }],
    ['life', { ...accessToken, life: 2 }],
    ['connection', otherConnection],
  ])('does not open at another %s', async (_, elsewhere) => {
    const { seal, open } = sealing();
    const [here, there] = [await seal(accessToken, 'here'), await seal(elsewhere, 'there')];
    expect(await open(elsewhere, here)).toMatchObject(refused);
    expect(await open(accessToken, there)).toMatchObject(refused);
  });

  it.each<[string, SealContext]>([
    ['purpose', { ...accessToken, purpose: 'content' }],
    ['life', { ...accessToken, life: 2 }],
    ['connection', otherConnection],
  ])('does not open at another %s whose data key has the same bytes and the same id', async (_, elsewhere) => {
    const keyring = keyringOf(['main', keyFilledWith(1)]);
    const { seal, open, records } = sealing({ keyring });
    for (const context of [accessToken, elsewhere]) {
      const place = ['one-id', context.connectionId, context.life, context.purpose];
      const wrapped = sealEnvelope('w1', 'main', keyring.sealing.key, place, keyFilledWith(2));
      records.put(slotOf(context), { kind: 'Key', key: { id: 'one-id', keyEncryptionKeyId: 'main', wrapped } });
    }
    const envelope = await seal(accessToken, 'here');
    expect(await open(accessToken, envelope)).toBe('here');
    expect(await open(elsewhere, await seal(elsewhere, 'there'))).toBe('there');
    expect(await open(elsewhere, envelope)).toMatchObject(refused);
  });

  it.each<[string, SealContext]>([
    ['purpose', { ...accessToken, purpose: 'content' }],
    ['life', { ...accessToken, life: 2 }],
    ['connection', otherConnection],
  ])('does not open at another %s that was given its data key', async (_, elsewhere) => {
    const { seal, open, records } = sealing();
    const envelope = await seal(accessToken, 'here');
    const [key] = [...records.records.values()];
    if (key !== undefined) records.put(slotOf(elsewhere), key);
    expect(await open(accessToken, envelope)).toBe('here');
    expect(await open(elsewhere, envelope)).toMatchObject(refused);
  });
});

describe('a data key', () => {
  it('that is missing without a fence is lost', async () => {
    const envelope = await sealing().seal(accessToken, 'text');
    expect(await sealing().open(accessToken, envelope)).toEqual({ kind: 'KeyLost' });
  });

  it('is out of reach, and not lost, to a keyring without the key that wrapped it, also for sealing', async () => {
    const { seal, records } = sealing({ keyring: keyringOf(['old', keyFilledWith(1)]) });
    const envelope = await seal(accessToken, 'text');
    const other = sealing({ keyring: keyringOf(['new', keyFilledWith(2)]), records });
    const lacking = { kind: 'Unavailable', part: 'key_ring', reason: 'the key old is not in the key ring' };
    expect(await other.open(accessToken, envelope)).toEqual(lacking);
    expect(await other.seal(accessToken, 'text')).toBe('Unavailable');
    expect((await other.sealer.hold(slotOf(accessToken)))._unsafeUnwrapErr()).toEqual(lacking);
    const one = { context: accessToken, sealed: sealed(envelope) };
    expect((await other.sealer.openAll([{ ...one, context: { ...accessToken, life: 2 } }, one]))._unsafeUnwrapErr()).toEqual(lacking);
  });

  it('does not unwrap under another key of the same id', async () => {
    const { seal, records } = sealing({ keyring: keyringOf(['main', keyFilledWith(1)]) });
    const envelope = await seal(accessToken, 'text');
    const other = sealing({ keyring: keyringOf(['main', keyFilledWith(2)]), records });
    expect(await other.open(accessToken, envelope)).toMatchObject(refused);
    expect(await other.seal(accessToken, 'text')).toBe('KeyLost');
  });

  it('still unwraps when its key is no longer the first, or has got a name', async () => {
    const { seal, records } = sealing({ keyring: keyringOf([null, keyFilledWith(1)]) });
    const envelope = await seal(accessToken, 'text');
    const keyring = keyringOf(['new', keyFilledWith(2)], ['old', keyFilledWith(1)]);
    expect(await sealing({ keyring, records }).open(accessToken, envelope)).toBe('text');
  });

  it('does not unwrap with any one character of its wrapping, or its id, replaced', async () => {
    const { seal, open, records } = sealing();
    const envelope = await seal(accessToken, 'text');
    const [record] = [...records.records.values()];
    if (record?.kind !== 'Key') throw new Error('no key was made');
    const { key } = record;
    for (let index = 0; index < key.wrapped.length; index += 1) {
      for (const character of 'Ab0_.~') {
        const wrapped = key.wrapped.slice(0, index) + character + key.wrapped.slice(index + 1);
        if (wrapped === key.wrapped) continue;
        records.put(slotOf(accessToken), { kind: 'Key', key: { ...key, wrapped } });
        expect(await open(accessToken, envelope)).toMatchObject(refused);
      }
    }
    records.put(slotOf(accessToken), { kind: 'Key', key: { ...key, id: '00000000-0000-4000-8000-000000000000' } });
    expect(await open(accessToken, envelope)).toMatchObject(refused);
    records.put(slotOf(accessToken), { kind: 'Key', key });
    expect(await open(accessToken, envelope)).toBe('text');
  });
});
