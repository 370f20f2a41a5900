import type { HttpSettings } from './http-deps.ts';

type Trust = boolean | string[] | ((address: string, hop: number) => boolean);

/**
 * Whom we believe about the client's address, which the log shows and by which those who prove nobody are limited. A number of hops believes whoever connects to
 * us, so it is for networks in which nobody but the proxies can.
 */
export const trustedProxies = (setting: HttpSettings['trustProxy']): Trust => {
  if (typeof setting === 'boolean') return setting;
  return typeof setting === 'number' ? (_, hop) => hop < setting : [...setting];
};
