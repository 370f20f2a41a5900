import { buildConnector } from 'undici';
import { isPublicAddress } from './public-address.ts';
import { RefusedCall } from './refused-call.ts';

/**
 * Connects and then judges the address the socket really has, before the first byte is sent (TLS's own included): names
 * that change their address and unusual spellings of one find no way around it.
 * @param exemptOrigins may be anywhere; compared with the whole origin of the call
 * @param timeoutMillis for each of TCP and TLS
 */
export const guardedConnector = (exemptOrigins: ReadonlySet<string>, timeoutMillis: number): buildConnector.connector => {
  const connect = buildConnector({ timeout: timeoutMillis, allowH2: false });
  return (options, callback) => {
    const isExempt = exemptOrigins.has(new URL(`${options.protocol}//${options.host ?? options.hostname}`).origin);
    const port = options.port === '' && options.protocol === 'https:' ? '443' : options.port;
    connect({ ...options, protocol: 'http:', port }, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if (!isExempt && !isPublicAddress(socket.remoteAddress)) {
        socket.destroy();
        return callback(new RefusedCall('OUTBOUND_NOT_PUBLIC', 'the address is not a public one'), null);
      }
      return options.protocol === 'https:' ? connect({ ...options, httpSocket: socket }, callback) : callback(null, socket);
    });
  };
};
