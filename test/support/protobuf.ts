/** The fields of a message by number: numbers as they are, everything else as bytes. */
export type Message = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/** Reads the wire format of Protocol Buffers, without a schema; throws at bytes that are none. */
export const readMessage = (bytes: Uint8Array): Message => {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('a field is longer than its message');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const [byte = 0] = take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const value = [varint, () => take(8), () => take(Number(varint())), null, null, () => take(4)][tag & 7]?.();
    if (value === undefined) throw new Error(`no wire type ${tag & 7}`);
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
};

const isBytes = (value: bigint | Uint8Array): value is Uint8Array => typeof value !== 'bigint';

export const messagesIn = (message: Message, field: number): readonly Message[] => (message.get(field) ?? []).filter(isBytes).map(readMessage);

export const bytesIn = (message: Message, field: number): Uint8Array => (message.get(field) ?? []).find(isBytes) ?? new Uint8Array();

export const textIn = (message: Message, field: number): string => Buffer.from(bytesIn(message, field)).toString('utf8');

export const hexIn = (message: Message, field: number): string => Buffer.from(bytesIn(message, field)).toString('hex');

export const numberIn = (message: Message, field: number): number => {
  const [value = 0n] = message.get(field) ?? [];
  return typeof value === 'bigint' ? Number(value) : Buffer.from(value).readDoubleLE();
};
