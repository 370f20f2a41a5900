import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSignatureHeader } from '../../../src/application/webhooks/signature-header.ts';

const hex = fc.stringMatching(/^[0-9a-fA-F]{64}$/);
const seconds = fc.integer({ min: 1, max: 999_999_999_999 });
const blanks = fc.stringMatching(/^[ \t]{0,3}$/);

describe('the signature header', () => {
  it('is read in any order, with blanks around its parts, in either case of hex', () => {
    fc.assert(
      fc.property(seconds, hex, blanks, fc.boolean(), (t, s, blank, swapped) => {
        const parts = [`t${blank}=${blank}${t}`, `${blank}s=${s}${blank}`];
        const header = (swapped ? parts.toReversed() : parts).join(',');
        expect(parseSignatureHeader(header)._unsafeUnwrap()).toEqual({ timestamp: String(t), seconds: t, signature: s.toLowerCase() });
      }),
    );
  });

  it('never throws, and gives only a time in seconds and 64 hex digits out of anything', () => {
    const pieces = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('t=', 's=', ',', '=', ' ', 't', 's', '1790000005', 'a'.repeat(64), '\0', '\r\n'), hex);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')), (header) => {
        const parsed = parseSignatureHeader(header);
        if (parsed.isErr()) return;
        expect(parsed.value.timestamp).toMatch(/^[1-9][0-9]{0,11}$/);
        expect(parsed.value.seconds).toBe(Number(parsed.value.timestamp));
        expect(parsed.value.signature).toMatch(/^[0-9a-f]{64}$/);
        expect(header).toContain(parsed.value.timestamp);
        expect(header.toLowerCase()).toContain(parsed.value.signature);
      }),
      { numRuns: 20_000 },
    );
  });

  it('says what is wrong without repeating it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[Q-Z]{8,20}$/), (odd) => {
        for (const header of [odd, `t=${odd},s=${'0'.repeat(64)}`, `t=1,s=${odd}`, `${odd}=1`]) {
          expect(parseSignatureHeader(header)._unsafeUnwrapErr().reason).not.toContain(odd);
        }
      }),
    );
  });
});
