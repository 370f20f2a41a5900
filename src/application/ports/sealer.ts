import type { Result, ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Purpose, Sealed } from '../../domain/values/sealed.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { KeySlot } from './data-key-records.ts';
import type { Unavailable } from '../failures.ts';

/** Where a sealed value belongs. It opens nowhere else. */
export type SealContext = Readonly<{ connectionId: ConnectionId; life: number; purpose: Purpose; field: string }>;

/** The keys of this life and purpose were destroyed on purpose. */
export type Erased = Readonly<{ kind: 'Erased' }>;
/**
 * The data key is missing and nothing says that it was destroyed: an older database beside a newer store. A key ring
 * that lacks the key which wraps it is `Unavailable` instead: nothing is lost, the ring is to be mended.
 */
export type KeyLost = Readonly<{ kind: 'KeyLost' }>;
/**
 * The envelope was altered, moved, or is of a version this code does not know. `ofAnotherKey`: it names another data key
 * than its slot holds. So does what was sealed before the key was lost and a consent made a new one.
 */
export type NotAuthentic = Readonly<{ kind: 'NotAuthentic'; reason: string; ofAnotherKey: boolean }>;
export type OpenFailure = Erased | KeyLost | NotAuthentic | Unavailable;
/** Why a slot's data key cannot be had; `NotAuthentic` when it is there and does not unwrap. */
export type NoKey = Erased | KeyLost | NotAuthentic | Unavailable;

export type OpenRequest = Readonly<{ context: SealContext; sealed: Sealed }>;

/** A data key in hand: what it seals and opens needs no look-up, so it cannot fail for want of a database. */
export interface HeldKey {
  seal(field: string, plain: Secret<string>): Sealed;
  open(field: string, sealed: Sealed): Result<Secret<string>, NotAuthentic>;
}

export interface Sealer {
  /** Fetches the key of an existing slot, for values that must be sealed the moment they arrive. */
  hold(slot: KeySlot): ResultAsync<HeldKey, NoKey>;
  /** Several keys with one look-up; answers in their order. */
  holdAll(slots: readonly KeySlot[]): ResultAsync<readonly Result<HeldKey, Exclude<NoKey, Unavailable>>[], Unavailable>;
  /** Makes the data key of this life and purpose at first use. `Erased` once a fence stands where the key was. */
  seal(context: SealContext, plain: Secret<string>): ResultAsync<Sealed, Erased | KeyLost | Unavailable>;
  open(request: OpenRequest): ResultAsync<Secret<string>, OpenFailure>;
  /** Opens many with one look-up of keys; answers in their order. */
  openAll(requests: readonly OpenRequest[]): ResultAsync<readonly Result<Secret<string>, Exclude<OpenFailure, Unavailable>>[], Unavailable>;
}
