import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Toolbox } from '../../../src/adapters/cli/toolbox.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { createKeyEncryption } from '../../../src/adapters/crypto/keyring-key-encryption.ts';
import { opening, run } from './command-line.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await openInstallation();
  await installation.connect('made-up-open-id');
});
afterAll(() => installation.close());

const withRing = (...keys: readonly (readonly [string, number])[]): Toolbox => {
  const [first, ...others] = keys.map(([id, byte]) => [id, Buffer.alloc(32, byte)] as const);
  if (first === undefined) throw new Error('a ring has a key');
  const { toolbox } = installation;
  return { ...toolbox, keyRing: { ...toolbox.keyRing, keyEncryption: createKeyEncryption(keyringOf(first, ...others)) } };
};

describe('encryption', () => {
  test('status and rotate refuse nothing to a ring that lacks a key, but name it', async () => {
    const lacking = opening(withRing(['new', 2]));
    const status = await run(lacking, 'encryption', 'status');
    expect(status.exitCode).toBe(1);
    expect(status.out.join('\n')).toMatch(/kek-[0-9a-f]{16} +2 +missing: put it back/);
    const rotated = await run(lacking, 'encryption', 'rotate');
    expect(rotated.exitCode).toBe(2);
    expect(rotated.err.join(' ')).toMatch(/lacks the key kek-[0-9a-f]{16}, which wraps 2 data keys: put it back/);
  });

  test('rotate wraps all under the first key, after which status says what may be dropped', async () => {
    const both = opening(withRing(['new', 2], ['old', 1]));
    const before = await run(both, 'encryption', 'status', '--json');
    expect(before.document()).toEqual({
      keys: [
        { id: 'new', seals: true, in_ring: true, data_keys: 0, may_be_dropped: false },
        { id: 'old', seals: false, in_ring: true, data_keys: 2, may_be_dropped: false },
      ],
    });
    expect((await run(both, 'encryption', 'rotate', '--dry-run', '--json')).document()).toEqual({ sealing_key: 'new', would_rewrap: 2, dry_run: true });
    const rotated = await run(both, 'encryption', 'rotate');
    expect(rotated).toMatchObject({ exitCode: 0, out: ['Wrapped 2 data keys anew under the key new.'] });
    expect(rotated.drawn).toContain('Wrapped 2 of 2 data keys …');
    expect((await run(both, 'encryption', 'rotate', '--json')).document()).toEqual({ sealing_key: 'new', rewrapped: 0, remaining: 0, damaged: [] });
    expect((await run(both, 'encryption', 'status')).out).toEqual(['key  data keys', 'new  2          seals', 'old  0          may be dropped']);
    expect((await run(opening(withRing(['new', 2])), 'encryption', 'status')).exitCode).toBe(0);
  });
});
