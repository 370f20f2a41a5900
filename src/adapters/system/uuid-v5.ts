import { hash } from 'node:crypto';

const namespaceBytes = 16;

/** The two bits of the variant in place of those of the hash. */
const variantOf = (digit: string): string => ((Number.parseInt(digit, 16) & 0x3) | 0x8).toString(16);

/**
 * The name-based UUID of RFC 9562 §5.5.
 * @param namespace a UUID
 */
export const uuidV5 = (namespace: string, name: string): string => {
  const named = Buffer.allocUnsafe(namespaceBytes + Buffer.byteLength(name));
  named.write(namespace.replaceAll('-', ''), 'hex');
  named.write(name, namespaceBytes);
  const hex = hash('sha1', named, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variantOf(hex.charAt(16))}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
