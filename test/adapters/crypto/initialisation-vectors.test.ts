import { expect, test } from 'vitest';
import { ivBytes } from '../../../src/adapters/crypto/aes-256-gcm.ts';
import { newInitialisationVector } from '../../../src/adapters/crypto/initialisation-vectors.ts';

test('no initialisation vector is given twice, and none changes once it is given', () => {
  const given = Array.from({ length: 2_000 }, () => {
    const iv = newInitialisationVector();
    return { iv, asGiven: iv.toString('hex') };
  });

  expect(new Set(given.map(({ asGiven }) => asGiven)).size).toBe(2_000);
  for (const { iv, asGiven } of given) {
    expect(iv).toHaveLength(ivBytes);
    expect(iv.toString('hex')).toBe(asGiven);
  }
});
