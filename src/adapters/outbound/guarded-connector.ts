import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { guardedLookup, type Resolve } from './guarded-lookup.ts';
import { isPublicAddress } from './public-address.ts';
import { RefusedCall } from './refused-call.ts';

const refused = (): RefusedCall => new RefusedCall('OUTBOUND_NOT_PUBLIC', 'the address is not a public one');

/**
 * Connects to public addresses only: a literal one is judged as it is, a name by each address it has at this moment, and
 * once connected the address that the socket really has, before the first byte is sent (TLS's own included). Names that
 * change their address and unusual spellings of one find no way around it.
 * @param exemptOrigins may be anywhere; compared with the whole origin of the call
 * @param timeoutMillis for each of TCP and TLS
 */
export const guardedConnector = (exemptOrigins: ReadonlySet<string>, timeoutMillis: number, resolve: Resolve): buildConnector.connector => {
  const anywhere = buildConnector({ timeout: timeoutMillis, allowH2: false });
  const publicOnly = buildConnector({ timeout: timeoutMillis, allowH2: false, lookup: guardedLookup(resolve) });
  return (options, callback) => {
    const isExempt = exemptOrigins.has(new URL(`${options.protocol}//${options.host ?? options.hostname}`).origin);
    if (!isExempt && isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname)) {
      queueMicrotask(() => callback(refused(), null));
      return;
    }
    const connect = isExempt ? anywhere : publicOnly;
    const port = options.port === '' && options.protocol === 'https:' ? '443' : options.port;
    connect({ ...options, protocol: 'http:', port }, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if (!isExempt && !isPublicAddress(socket.remoteAddress)) {
        socket.destroy();
        return callback(refused(), null);
      }
      return options.protocol === 'https:' ? connect({ ...options, httpSocket: socket }, callback) : callback(null, socket);
    });
  };
};
