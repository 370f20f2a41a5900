import { once } from 'node:events';
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { z } from 'zod';
import type { Trouble } from './tcp-proxy.ts';
import { streams } from './eventstoredb-stand-in/wire.ts';
import { waysOfAppends, type Fate, type Ways } from './store-proxy-appends.ts';

/** A call to the store at which trouble begins: before the store has seen it, or when its answer is lost. */
export type StoreStrike = Readonly<{
  call: 'append' | 'read' | 'any';
  /** Which one, counted from 1, after the strike was ordered; of appends and reads those about a stream of ours. */
  nth: number;
  side: 'before' | 'after';
  trouble: Trouble;
}>;

/** A way to EventStoreDB that can be troubled, as `TcpProxy` is one to PostgreSQL. */
export interface StoreProxy {
  /** The store's address by way of this proxy. */
  readonly url: string;
  /** How many calls have come by. */
  readonly calls: () => number;
  readonly begin: (trouble: Trouble) => Promise<void>;
  readonly strikeAt: (strike: StoreStrike) => Promise<void>;
  /** Answers every append that it cannot be written, or lets them pass again. */
  readonly refuseAppends: (refused: boolean) => void;
  readonly delayBy: (millis: number) => void;
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const bound = z.object({ port: z.number() });
const ours = /tiktok_(connection|publication)-/;
const framing = 5;

const nameOf = (identifier: Readonly<{ getStreamName_asU8: () => Uint8Array }> | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

/** What a call is about, by its first message. */
const callOf = (path: string, message: Buffer): 'append' | 'read' | null => {
  const body = message.subarray(framing, framing + message.readUInt32BE(1));
  if (path.endsWith('/Append')) {
    const options = streams.AppendReq.deserializeBinary(body).getOptions();
    return ours.test(nameOf(options?.getStreamIdentifier())) ? 'append' : null;
  }
  if (!path.endsWith('/Read')) return null;
  const options = streams.ReadReq.deserializeBinary(body).getOptions();
  return ours.test(nameOf(options?.getStream()?.getStreamIdentifier())) ? 'read' : null;
};

/** The first message of a call with what came behind it. */
const firstMessage = async (stream: ServerHttp2Stream): Promise<Buffer> => {
  let bytes: Buffer = Buffer.alloc(0);
  while (bytes.length < framing || bytes.length < framing + bytes.readUInt32BE(1)) {
    const next: unknown = stream.read();
    if (Buffer.isBuffer(next)) bytes = Buffer.concat([bytes, next]);
    else if (stream.readableEnded || stream.destroyed) return bytes;
    else await Promise.race([once(stream, 'readable'), once(stream, 'end'), once(stream, 'close')]);
  }
  return bytes;
};

/** Fields that belong to one connection alone. */
const passedOn = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !['connection', 'keep-alive', 'transfer-encoding'].includes(name)));

const unavailable = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14', 'grpc-message': 'connect ECONNREFUSED' };

const passing: Ways = { toStore: (bytes, pass) => pass(bytes), toClient: (bytes, pass) => pass(bytes) };

/** @param target the address of one node, without TLS */
export const openStoreProxy = async (target: string): Promise<StoreProxy> => {
  const [, host, rest = ''] = /^esdb:\/\/([^/?,@]+)(\?.*tls=false.*)$/.exec(target) ?? [];
  if (host === undefined) throw new Error(`a proxy needs the address of one node without TLS, not ${target}`);
  const sockets = new Set<Socket>();
  const upstream = new Set<http2.ClientHttp2Session>();
  let port = 0;
  let silent = false;
  let refusing = false;
  let calls = 0;
  let delay = 0;
  let armed: (StoreStrike & { struck: () => void; failed: (reason: unknown) => void; left: number }) | null = null;
  let server: http2.Http2Server | null = null;

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    for (const session of upstream) session.destroy();
    upstream.clear();
  };
  const stopListening = async (): Promise<void> => {
    const listening = server;
    server = null;
    if (listening === null) return;
    const closed = once(listening, 'close');
    listening.close();
    cut();
    await closed;
  };
  const begin = async (trouble: Trouble): Promise<void> => {
    if (trouble === 'black-hole') silent = true;
    else if (trouble === 'cut') cut();
    else await stopListening();
  };
  const strike = (): void => {
    if (armed === null) return;
    const { trouble, struck, failed } = armed;
    armed = null;
    begin(trouble).then(struck, failed);
  };
  const slowly = (pass: () => void): void => {
    if (delay === 0) pass();
    else setTimeout(pass, delay);
  };

  const fateOf = (about: 'append' | 'read' | null): Fate => {
    calls += 1;
    if (refusing && about === 'append') return 'refused';
    if (armed === null || !(armed.call === 'any' || about === armed.call)) return 'passes';
    armed.left -= 1;
    return armed.left === 0 ? armed.side : 'passes';
  };

  const forward = (session: http2.ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, message: Buffer, ways: Ways, losesAnswer: boolean): void => {
    const call = session.request(passedOn(headers), { endStream: false });
    let trailers: IncomingHttpHeaders = {};
    const end = (): void => {
      stream.destroy();
      call.destroy();
    };
    const respond = (fields: IncomingHttpHeaders): void => {
      if (stream.headersSent) return;
      stream.respond(fields, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    };
    const answerItself = (bytes: Buffer): void => {
      respond({ ':status': '200', 'content-type': 'application/grpc' });
      stream.write(bytes);
    };
    const toStore = (bytes: Buffer): void => slowly(() => ways.toStore(bytes, (passed) => call.write(passed), answerItself));
    call.on('error', end);
    stream.on('error', end).on('close', () => call.close());
    toStore(message);
    stream.on('data', toStore).on('end', () => slowly(() => call.end()));
    stream.resume();
    call.on('response', (answered) => {
      if (losesAnswer) return strike();
      if (silent || stream.destroyed) return;
      // An answer without a body is all trailers.
      if (answered['grpc-status'] !== undefined && !stream.headersSent) return stream.respond(passedOn(answered), { endStream: true });
      respond(passedOn(answered));
      call.on('trailers', (given: IncomingHttpHeaders) => (trailers = passedOn(given)));
      call.on('data', (bytes: Buffer) => slowly(() => ways.toClient(bytes, (passed) => silent || stream.destroyed || stream.write(passed))));
      call.on('end', () => slowly(() => silent || stream.destroyed || stream.end()));
    });
  };

  const take = async (session: () => http2.ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    const path = String(headers[':path']);
    const message = await firstMessage(stream);
    if (silent || stream.destroyed) return;
    if (path.endsWith('/BatchAppend')) {
      const ways = waysOfAppends((name) => fateOf(ours.test(name) ? 'append' : null), strike);
      return forward(session(), stream, headers, message, ways, false);
    }
    const fate = fateOf(message.length < framing ? null : callOf(path, message));
    if (fate === 'refused') return stream.respond(unavailable, { endStream: true });
    if (fate === 'before') return strike();
    forward(session(), stream, headers, message, passing, fate === 'after');
  };

  const listen = async (): Promise<void> => {
    if (server !== null) return;
    const listening = http2.createServer();
    server = listening;
    listening.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    });
    listening.on('session', (incoming) => {
      let session: http2.ClientHttp2Session | null = null;
      const opened = (): http2.ClientHttp2Session => {
        if (session !== null && !session.destroyed) return session;
        session = http2.connect(`http://${host}`);
        session.on('error', () => incoming.destroy()).on('close', () => incoming.close());
        upstream.add(session);
        return session;
      };
      incoming.on('error', () => incoming.destroy()).on('close', () => session?.destroy());
      incoming.on('stream', (stream, headers) => {
        stream.on('error', () => undefined);
        take(opened, stream, headers).catch(() => stream.destroy());
      });
    });
    listening.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    port = bound.parse(listening.address()).port;
  };

  await listen();
  return {
    url: `esdb://127.0.0.1:${port}${rest}`,
    calls: () => calls,
    begin,
    strikeAt: (wanted) =>
      new Promise((struck, failed) => {
        armed = { ...wanted, struck, failed, left: wanted.nth };
      }),
    refuseAppends: (refused) => {
      refusing = refused;
    },
    delayBy: (millis) => {
      delay = millis;
    },
    mend: async () => {
      if (silent) cut();
      silent = false;
      delay = 0;
      refusing = false;
      await listen();
    },
    close: async () => {
      await stopListening();
    },
  };
};
