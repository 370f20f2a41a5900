import type { Brand } from './brand.ts';

/** An envelope of ciphertext. Opaque outside the crypto adapter. */
export type Sealed = Brand<string, 'Sealed'>;

export const sealed = (text: string): Sealed => text as Sealed;

/** What a data key is for. A life of a connection has one key per purpose, destroyed on its own. */
export const purposes = ['tokens', 'profile', 'content'] as const;
export type Purpose = (typeof purposes)[number];
