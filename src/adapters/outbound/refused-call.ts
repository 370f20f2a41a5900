/** Why the guard ended a call. */
export type RefusalCode = 'OUTBOUND_NOT_PUBLIC' | 'OUTBOUND_REDIRECT' | 'OUTBOUND_ENCODED' | 'OUTBOUND_TOO_SLOW';

/** A call that the guard ended. Its message names no address: an address may hold a credential. */
export class RefusedCall extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'RefusedCall';
    this.code = code;
  }
}
