import { checkpoint, type Checkpoint } from '../../../application/ports/event-names.ts';

/** A place in the total order: decimal digits, as PostgreSQL spells them. */
export type Place = Readonly<{ xid: string; position: string }>;

export const beginning: Place = { xid: '0', position: '0' };

const xidDigits = 20;
const positionDigits = 19;
const spelling = /^(pg:\d+(?:\.\d+)?):(\d{20}):(\d{19})$/;

/** The name of the store in a cluster, as checkpoints carry it; another one after each adoption. */
export const storeName = (systemIdentifier: string, adoptions: number): string =>
  adoptions === 0 ? `pg:${systemIdentifier}` : `pg:${systemIdentifier}.${adoptions}`;

/** Padded, so that comparing bytes compares places. */
export const checkpointAt = (store: string, { xid, position }: Place): Checkpoint =>
  checkpoint(`${store}:${xid.padStart(xidDigits, '0')}:${position.padStart(positionDigits, '0')}`);

/** The place of a checkpoint of this store; null for any other text. */
export const placeOf = (store: string, text: Checkpoint): Place | null => {
  const [, name, xid, position] = spelling.exec(text) ?? [];
  if (name !== store || xid === undefined || position === undefined) return null;
  // Without the padding: PostgreSQL reads an xid8 with a leading zero as octal.
  return { xid: BigInt(xid).toString(), position: BigInt(position).toString() };
};
