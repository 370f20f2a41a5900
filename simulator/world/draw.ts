import { createHmac } from 'node:crypto';

/** A number source of its own: each call gives the next figure in [0, 1). */
export type Dice = () => number;

/**
 * Bytes that follow from the seed and the parts alone, so that the same sequence of calls yields the same ids and tokens.
 * @returns 32 bytes
 */
export function draw(seed: string, ...parts: readonly (string | number)[]): Buffer {
  return createHmac('sha256', seed).update(JSON.stringify(parts)).digest();
}

/** Text of the base64url alphabet, `length` characters long. */
export function drawText(seed: string, length: number, ...parts: readonly (string | number)[]): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    text += draw(seed, ...parts, block).toString('base64url');
  }
  return text.slice(0, length);
}

/** Decimal digits, `length` of them (at most 60), the first one never 0. */
export function drawDigits(seed: string, length: number, ...parts: readonly (string | number)[]): string {
  const digits = BigInt(`0x${draw(seed, ...parts).toString('hex')}`)
    .toString()
    .slice(-length)
    .padStart(length, '7');
  return digits.startsWith('0') ? `7${digits.slice(1)}` : digits;
}

export function dice(seed: string, ...parts: readonly (string | number)[]): Dice {
  let rolls = 0;
  return () => {
    rolls += 1;
    return draw(seed, ...parts, 'roll', rolls).readUInt32BE(0) / 2 ** 32;
  };
}
