import { BlockList, isIPv4, isIPv6 } from 'node:net';

const listOf = (family: 'ipv4' | 'ipv6', subnets: readonly (readonly [network: string, prefix: number])[]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
};

/** IANA's IPv4 special-purpose address registry (RFC 6890), multicast and what is reserved. */
const specialIPv4 = listOf('ipv4', [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, where clouds keep instance metadata
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]);

/**
 * Global unicast. Outside it lie loopback, unspecified, IPv4-mapped and -compatible, NAT64 (64:ff9b::/96), unique
 * local, link-local, site-local and multicast addresses.
 */
const globalIPv6 = listOf('ipv6', [['2000::', 3]]);

const specialIPv6 = listOf('ipv6', [
  ['2001::', 23], // protocol assignments, Teredo and ORCHID among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
]);

/**
 * Whether an address is one of the public internet, which says that it is none of our network's.
 * @param address as a socket tells it; anything that is no IP address is not public
 */
export const isPublicAddress = (address: string | undefined): boolean => {
  const [bare = ''] = (address ?? '').split('%');
  if (isIPv4(bare)) return !specialIPv4.check(bare, 'ipv4');
  return isIPv6(bare) && globalIPv6.check(bare, 'ipv6') && !specialIPv6.check(bare, 'ipv6');
};
