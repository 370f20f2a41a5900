import { randomFillSync } from 'node:crypto';
import { ivBytes } from './aes-256-gcm.ts';

const atOnce = 256;

/** Asking the kernel for randomness costs more than the encryption of a token: it is asked for many at a time. */
const pool = Buffer.alloc(ivBytes * atOnce);
let next = pool.length;

/** A random initialisation vector that no one else gets. */
export const newInitialisationVector = (): Buffer => {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const iv = Buffer.from(pool.subarray(next, next + ivBytes));
  next += ivBytes;
  return iv;
};
