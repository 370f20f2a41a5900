import { describe, expect, it } from 'vitest';
import { openEnvelope, parseEnvelope, sealEnvelope } from '../../../src/adapters/crypto/envelope.ts';
import { derivedKeyId, keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { newDataKey, rewrap, unwrap } from '../../../src/adapters/crypto/wrapped-data-key.ts';
import type { KeySlot } from '../../../src/application/ports/data-key-records.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { accessToken, keyFilledWith, slotOf } from './sealing-setup.ts';

const keyring = keyringOf(['main', keyFilledWith(1)]);
const slot = slotOf(accessToken);

describe('a wrapped data key', () => {
  it('is 256 random bits, new for every slot, and names the key that wraps it', () => {
    const [first, second] = [newDataKey(keyring, slot), newDataKey(keyring, slot)];
    expect(first.keyEncryptionKeyId).toBe('main');
    expect(first.id).not.toBe(second.id);
    const bytes = [first, second].map((key) => unwrap(keyring, slot, key).map((dataKey) => dataKey.key.export().toString('hex')).unwrapOr(''));
    expect(bytes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes[0]).not.toBe(bytes[1]);
  });

  it.each<[string, KeySlot]>([
    ['connection', { ...slot, connectionId: connectionId('6f0e0000-0000-5000-8000-000000000002') }],
    ['life', { ...slot, life: 2 }],
    ['purpose', { ...slot, purpose: 'profile' }],
  ])('does not unwrap for another %s', (_, elsewhere) => {
    expect(unwrap(keyring, elsewhere, newDataKey(keyring, slot))).toMatchObject({ error: { kind: 'WrongWrapping' } });
  });

  it('does not unwrap under another id', () => {
    const key = { ...newDataKey(keyring, slot), id: '00000000-0000-4000-8000-000000000000' };
    expect(unwrap(keyring, slot, key)).toMatchObject({ error: { kind: 'WrongWrapping' } });
  });

  it('does not unwrap when it is said to be wrapped by another key', () => {
    const two = keyringOf(['main', keyFilledWith(1)], ['old', keyFilledWith(2)]);
    const key = newDataKey(two, slot);
    expect(unwrap(two, slot, { ...key, keyEncryptionKeyId: 'old' })).toMatchObject({ error: { kind: 'WrongWrapping' } });
    const alias = derivedKeyId(keyFilledWith(1));
    expect(unwrap(two, slot, { ...key, keyEncryptionKeyId: alias })).toMatchObject({ error: { kind: 'WrongWrapping' } });
    expect(unwrap(two, slot, { ...key, keyEncryptionKeyId: 'gone' })).toEqual(
      expect.objectContaining({ error: { kind: 'UnknownKeyEncryptionKey', keyEncryptionKeyId: 'gone' } }),
    );
  });

  it('does not unwrap to anything but 256 bits', () => {
    const place = ['an-id', slot.connectionId, slot.life, slot.purpose];
    const wrapped = sealEnvelope('w1', 'main', keyring.sealing.key, place, Buffer.alloc(16, 7));
    expect(unwrap(keyring, slot, { id: 'an-id', keyEncryptionKeyId: 'main', wrapped })).toMatchObject({ error: { kind: 'WrongWrapping' } });
  });
});

describe('an envelope', () => {
  it('authenticates its version and its key id', () => {
    const { key } = keyring.sealing;
    const envelope = parseEnvelope(sealEnvelope('s1', 'main', key, ['here'], Buffer.from('text')));
    if (envelope === null) throw new Error('an envelope that is none');
    expect(openEnvelope(envelope, key, ['here'])?.toString()).toBe('text');
    expect(openEnvelope({ ...envelope, version: 's2' }, key, ['here'])).toBeNull();
    expect(openEnvelope({ ...envelope, keyId: 'other' }, key, ['here'])).toBeNull();
    expect(openEnvelope(envelope, key, ['here', ''])).toBeNull();
  });

  it('is the same key under the same id once it is wrapped anew, by the key that seals now', () => {
    const key = newDataKey(keyring, slot);
    const next = keyringOf(['next', keyFilledWith(2)], ['main', keyFilledWith(1)]);
    const again = rewrap(next, slot, key)._unsafeUnwrap();
    expect(again).toMatchObject({ id: key.id, keyEncryptionKeyId: 'next' });
    const bytesOf = (ring: typeof keyring, wrapped: typeof key): string | undefined =>
      unwrap(ring, slot, wrapped).map((dataKey) => dataKey.key.export().toString('hex')).unwrapOr('');
    expect(bytesOf(keyringOf(['next', keyFilledWith(2)]), again)).toBe(bytesOf(keyring, key));
    expect(rewrap(keyringOf(['next', keyFilledWith(2)]), slot, key)).toMatchObject({ error: { kind: 'UnknownKeyEncryptionKey', keyEncryptionKeyId: 'main' } });
    expect(rewrap(next, { ...slot, life: 2 }, key)).toMatchObject({ error: { kind: 'WrongWrapping' } });
  });
});
