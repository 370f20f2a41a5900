/**
 * What is done with the fields of a protobuf message. Fields of other kinds are passed over.
 * @property bytes a string, bytes or a message within: from where to where it lies
 */
export type FieldReader<Target> = Readonly<{
  bytes: (target: Target, field: number, message: Buffer, from: number, to: number) => void;
  number: (target: Target, field: number, value: bigint) => void;
}>;

const kinds = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const cutOff = (): never => {
  throw new RangeError('a protobuf message ends within a field');
};

/** Where a variable-length number that begins at `at` has its last byte. */
const lastOf = (message: Buffer, at: number, to: number): number => {
  let last = at;
  while (last < to && (message[last] ?? 0) >= 0x80) last += 1;
  return last < to && last - at < 10 ? last : cutOff();
};

/** Numbers of tags and lengths, which are small. */
const smallNumber = (message: Buffer, at: number, last: number): number => {
  let value = 0;
  for (let index = last; index >= at; index -= 1) value = value * 0x80 + ((message[index] ?? 0) & 0x7f);
  return value;
};

const safeBytes = 7;

const largeNumber = (message: Buffer, at: number, last: number): bigint => {
  if (last - at < safeBytes) return BigInt(smallNumber(message, at, last));
  return BigInt.asUintN(64, (BigInt(smallNumber(message, at + safeBytes, last)) << 49n) | BigInt(smallNumber(message, at, at + safeBytes - 1)));
};

/**
 * Reads a message of protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) field by field, in the
 * order in which they come, without copying any: the reader of protobuf's own library copies all bytes that it reads.
 * Throws a `RangeError` for what is no such message, and for groups, which proto3 does not have.
 */
export const readFields = <Target>(target: Target, message: Buffer, from: number, to: number, reader: FieldReader<Target>): void => {
  let at = from;
  while (at < to) {
    const tagEnd = lastOf(message, at, to);
    const tag = smallNumber(message, at, tagEnd);
    const field = Math.floor(tag / 8);
    at = tagEnd + 1;
    switch (tag % 8) {
      case kinds.varint: {
        const last = lastOf(message, at, to);
        reader.number(target, field, largeNumber(message, at, last));
        at = last + 1;
        break;
      }
      case kinds.bytes: {
        const lengthEnd = lastOf(message, at, to);
        const begin = lengthEnd + 1;
        const end = begin + smallNumber(message, at, lengthEnd);
        if (end > to) cutOff();
        reader.bytes(target, field, message, begin, end);
        at = end;
        break;
      }
      case kinds.fixed64:
        at += 8;
        break;
      case kinds.fixed32:
        at += 4;
        break;
      default:
        throw new RangeError('a protobuf message has a field of an unknown kind');
    }
  }
  if (at > to) cutOff();
};
