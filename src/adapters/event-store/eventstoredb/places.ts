import { checkpoint, type Checkpoint } from '../../../application/ports/event-names.ts';

/** A position in the server's log. */
export type Place = Readonly<{ commit: bigint; prepare: bigint }>;

const digits = 20;
const spelling = /^(esdb:[0-9a-f-]{36}):(\d{20}):(\d{20})$/;

/** @param identity of the store, which its first event carries */
export const storeName = (identity: string): string => `esdb:${identity}`;

const padded = (number: bigint): string => String(number).padStart(digits, '0');

/** Padded, so that comparing bytes compares places. */
export const checkpointAt = (store: string, { commit, prepare }: Place): Checkpoint => {
  const first = padded(commit);
  return checkpoint(`${store}:${first}:${prepare === commit ? first : padded(prepare)}`);
};

/** The place of a checkpoint of this store; null for any other text. */
export const placeOf = (store: string, text: Checkpoint): Place | null => {
  const [, name, commit, prepare] = spelling.exec(text) ?? [];
  return name !== store || commit === undefined || prepare === undefined ? null : { commit: BigInt(commit), prepare: BigInt(prepare) };
};

/** Every event of ours has a commit position of its own. */
export const isBehind = (place: Place, other: Place): boolean => place.commit < other.commit;
