import { errAsync } from 'neverthrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { unavailable } from '../../../src/application/failures.ts';
import type { SealContext } from '../../../src/application/ports/sealer.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { purposes, sealed } from '../../../src/domain/values/sealed.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { inMemoryDataKeys } from '../../support/in-memory-data-keys.ts';
import { accessToken, keyFilledWith, sealing, slotOf } from './sealing-setup.ts';

const anyContext: fc.Arbitrary<SealContext> = fc.record({
  connectionId: fc.uuid().map(connectionId),
  life: fc.integer({ min: 1, max: 5 }),
  purpose: fc.constantFrom(...purposes),
  field: fc.constantFrom('access', 'refresh', 'profile', 'caption'),
});

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('sealing', () => {
  it('opens what it sealed, whatever the text and the place', async () => {
    const { seal, open } = sealing();
    await fc.assert(
      fc.asyncProperty(anyContext, anyText, async (context, text) => {
        expect(await open(context, await seal(context, text))).toBe(text);
      }),
    );
  });

  it('shows nothing of the plain text, and never the same envelope twice', async () => {
    const { seal } = sealing();
    const [first, second] = [await seal(accessToken, 'act.made-up'), await seal(accessToken, 'act.made-up')];
    expect(first).not.toBe(second);
    expect(first).not.toContain('act.made-up');
    expect(Buffer.from(first.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('act.made-up');
  });

  it('uses one data key for a life and purpose, and another for every other', async () => {
    const { seal, records } = sealing();
    await seal(accessToken, 'a');
    await seal({ ...accessToken, field: 'refresh' }, 'b');
    expect(records.records.size).toBe(1);
    await seal({ ...accessToken, purpose: 'profile' }, 'c');
    await seal({ ...accessToken, life: 2 }, 'd');
    expect(records.records.size).toBe(3);
  });

  it('keeps one data key when many seal at once for the first time', async () => {
    const { seal, open } = sealing();
    const envelopes = await Promise.all(Array.from({ length: 20 }, (_, index) => seal(accessToken, `text ${index}`)));
    expect(new Set(envelopes.map((envelope) => envelope.split('.')[1])).size).toBe(1);
    expect(await Promise.all(envelopes.map((envelope) => open(accessToken, envelope)))).toEqual(envelopes.map((_, index) => `text ${index}`));
  });

  it('does not seal once the keys of the life were destroyed, nor makes them anew', async () => {
    const { seal, records } = sealing();
    await seal(accessToken, 'before');
    expect((await records.fence([slotOf(accessToken)], 'disconnected')).isOk()).toBe(true);
    expect(await seal(accessToken, 'after')).toBe('Erased');
    expect([...records.records.values()]).toEqual([{ kind: 'Fenced' }]);
  });

  it('does not seal when the fence comes between looking for a key and keeping a new one', async () => {
    const records = inMemoryDataKeys();
    const late = { ...records, find: () => records.find([slotOf(accessToken)]).andTee(() => records.put(slotOf(accessToken), { kind: 'Fenced' })) };
    const sealer = createSealer({ keyring: keyringOf([null, keyFilledWith(1)]), records: late });
    const sealedValue = await sealer.seal(accessToken, secret('late'));
    expect(sealedValue.isErr() && sealedValue.error).toEqual({ kind: 'Erased' });
  });

  it('hands on that the records do not answer', async () => {
    const down = errAsync(unavailable('database', 'made up'));
    const records = { find: () => down, add: () => down, fence: () => down };
    const sealer = createSealer({ keyring: keyringOf([null, keyFilledWith(1)]), records });
    const sealedValue = await sealer.seal(accessToken, secret('text'));
    expect(sealedValue.isErr() && sealedValue.error.kind).toBe('Unavailable');
    const opened = await sealer.openAll([{ context: accessToken, sealed: sealed('s1.a.b') }]);
    expect(opened.isErr() && opened.error.kind).toBe('Unavailable');
  });
});

describe('opening many', () => {
  it('looks keys up once, and answers in the order of the requests, each for itself', async () => {
    const { seal, sealer, records } = sealing();
    const erased: SealContext = { ...accessToken, life: 2 };
    const profile: SealContext = { ...accessToken, purpose: 'profile', field: 'profile' };
    const requests = [
      { context: accessToken, sealed: await seal(accessToken, 'one') },
      { context: erased, sealed: await seal(erased, 'two') },
      { context: profile, sealed: await seal(profile, 'three') },
      { context: accessToken, sealed: sealed('plain text') },
      { context: { ...accessToken, life: 9 }, sealed: await seal(accessToken, 'five') },
      { context: accessToken, sealed: await seal(accessToken, 'six') },
    ];
    expect((await records.fence([slotOf(erased)], 'erased')).isOk()).toBe(true);

    const before = records.lookUps;
    const opened = await sealer.openAll(requests);
    expect(records.lookUps - before).toBe(1);
    const shown = opened.map((results) => results.map((result) => result.match((plain) => plain.reveal(), ({ kind }) => kind)));
    expect(shown.unwrapOr([])).toEqual(['one', 'Erased', 'three', 'NotAuthentic', 'KeyLost', 'six']);
  });

  it('asks for nothing when there is nothing to open', async () => {
    const { sealer, records } = sealing();
    expect((await sealer.openAll([])).unwrapOr(['a failure'])).toEqual([]);
    expect(records.lookUps).toBe(0);
  });

  it('forgets a key as soon as it is destroyed', async () => {
    const { seal, open, records } = sealing();
    const envelope = await seal(accessToken, 'gone');
    expect(await open(accessToken, envelope)).toBe('gone');
    expect((await records.fence([slotOf(accessToken)], 'erased')).isOk()).toBe(true);
    expect(await open(accessToken, envelope)).toEqual({ kind: 'Erased' });
  });
});
