import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { problemCatalogue } from './catalogue.ts';
import { invalidRequest, type Problem } from './problem.ts';
import { instanceOf, problemBody, problemMediaType } from './write-problem.ts';

const byCode: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { code: 'too_large', detail: 'The headers of the request are too large; send fewer cookies or a shorter address.' },
  ERR_HTTP_REQUEST_TIMEOUT: invalidRequest({ path: 'request', message: 'did not arrive whole in time; send it again' }),
};

const malformed = invalidRequest({ path: 'request', message: 'must be well-formed HTTP' });

/**
 * Answers what is not even a request, on the bare socket.
 * @param mayTakeLong sockets on which a request is under way that has a limit of its own
 */
export const clientErrorHandler =
  (publicUrl: string, mayTakeLong: (socket: Socket) => boolean = () => false) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayTakeLong(socket)) return;
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem = byCode[error.code ?? ''] ?? malformed;
    const body = JSON.stringify(problemBody(publicUrl, problem, instanceOf(randomUUID())));
    const head = [
      `HTTP/1.1 ${problemCatalogue[problem.code].status} ${problemCatalogue[problem.code].title}`,
      `Content-Type: ${problemMediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
