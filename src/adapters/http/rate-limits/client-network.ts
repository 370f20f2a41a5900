const groupsOfNetwork = 4;

const leading = (address: string): readonly string[] => {
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, groupsOfNetwork);
};

/** Whom a client's address stands for: an IPv4 address itself, and of an IPv6 address the /64 that one client has to itself. */
export const clientNetwork = (address: string): string => {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  return `${leading(address.replace(/%.*$/, '').toLowerCase()).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
};
