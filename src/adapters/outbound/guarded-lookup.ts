import { lookup as lookUp, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import { RefusedCall } from './refused-call.ts';

/** Tells all addresses of a name. */
export type Resolve = (
  name: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** As the operating system resolves names. */
export const systemResolve: Resolve = (name, options, callback) => {
  lookUp(name, { ...options, all: true }, (error, addresses) => callback(error, error === null ? addresses : []));
};

/** Only public addresses of a name are connected to; a name that has no other is refused before a connection is tried. */
export const guardedLookup =
  (resolve: Resolve): LookupFunction =>
  (name, options, callback) => {
    resolve(name, options, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const open = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = open;
      if (first === undefined) return callback(new RefusedCall('OUTBOUND_NOT_PUBLIC', 'the name has no public address'), []);
      return options.all === true ? callback(null, open) : callback(null, first.address, first.family);
    });
  };
