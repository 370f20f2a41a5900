import { connectionId, type ConnectionId } from '../../domain/values/ids.ts';

export type IdRange = Readonly<{ from: ConnectionId; through: ConnectionId }>;

const uuid = (digits: string): ConnectionId =>
  connectionId([digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-'));

/** Rows that are held in memory at once, about. */
const rowsPerRange = 5_000;
const mostDigits = 4;

/** Cuts the space of ids so that about `rowsPerRange` rows fall into each range: ids are hashes, so they spread evenly. */
export const idRanges = (rows: number): readonly IdRange[] => {
  let digits = 0;
  while (digits < mostDigits && rows > rowsPerRange * 16 ** digits) digits += 1;
  return Array.from({ length: 16 ** digits }, (_, index) => {
    const prefix = digits === 0 ? '' : index.toString(16).padStart(digits, '0');
    return { from: uuid(prefix.padEnd(32, '0')), through: uuid(prefix.padEnd(32, 'f')) };
  });
};
