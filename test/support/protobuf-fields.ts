type Of<Kind, Value> = readonly [field: number, kind: Kind, value: Value];

/** A field of a protobuf message, by the kind in which it is written. */
export type Field = Of<'number', bigint> | Of<'fixed64', bigint> | Of<'fixed32', bigint> | Of<'bytes', Uint8Array> | Of<'message', readonly Field[]>;

/** @param padding bytes more than are needed, as some writers have them */
export const varint = (value: bigint, padding = 0): Buffer => {
  const bytes: number[] = [];
  for (let left = value; left > 0n || bytes.length === 0; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  for (let more = 0; more < padding; more += 1) bytes.push(0x80);
  bytes.push((bytes.pop() ?? 0) & 0x7f);
  return Buffer.from(bytes);
};

const kinds = { number: 0, fixed64: 1, bytes: 2, message: 2, fixed32: 5 } as const;

const fixed = (value: bigint, length: 4 | 8): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.subarray(0, length);
};

const withLength = (bytes: Uint8Array): Buffer => Buffer.concat([varint(BigInt(bytes.length)), bytes]);

const valueOf = ([, kind, value]: Field): Buffer => {
  switch (kind) {
    case 'number':
      return varint(value);
    case 'fixed64':
      return fixed(value, 8);
    case 'fixed32':
      return fixed(value, 4);
    case 'bytes':
      return withLength(value);
    case 'message':
      return withLength(written(value));
  }
};

/** The message with these fields, in this order. */
export const written = (fields: readonly Field[]): Buffer =>
  Buffer.concat(fields.flatMap((field) => [varint(BigInt(field[0] * 8 + kinds[field[1]])), valueOf(field)]));
