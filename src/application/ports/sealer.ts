import type { Result, ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Purpose, Sealed } from '../../domain/values/sealed.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { Unavailable } from '../failures.ts';

/** Where a sealed value belongs. It opens nowhere else. */
export type SealContext = Readonly<{ connectionId: ConnectionId; life: number; purpose: Purpose; field: string }>;

/** The keys of this life and purpose were destroyed on purpose. */
export type Erased = Readonly<{ kind: 'Erased' }>;
/** The key is missing and nothing says that it was destroyed: an older database beside a newer store. */
export type KeyLost = Readonly<{ kind: 'KeyLost' }>;
/** The envelope was altered, moved, or is of a version this code does not know. */
export type NotAuthentic = Readonly<{ kind: 'NotAuthentic'; reason: string }>;
export type OpenFailure = Erased | KeyLost | NotAuthentic | Unavailable;

export type OpenRequest = Readonly<{ context: SealContext; sealed: Sealed }>;

export interface Sealer {
  /** Makes the data key of this life and purpose at first use. `Erased` once a fence stands where the key was. */
  seal(context: SealContext, plain: Secret<string>): ResultAsync<Sealed, Erased | KeyLost | Unavailable>;
  open(request: OpenRequest): ResultAsync<Secret<string>, OpenFailure>;
  /** Opens many with one look-up of keys; answers in their order. */
  openAll(requests: readonly OpenRequest[]): ResultAsync<readonly Result<Secret<string>, Exclude<OpenFailure, Unavailable>>[], Unavailable>;
}
