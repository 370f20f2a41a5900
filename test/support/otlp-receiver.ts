import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { bytesIn, hexIn, messagesIn, numberIn, readMessage, textIn, type Message } from './protobuf.ts';

export type Attributes = Readonly<Record<string, string | number>>;
export type ReceivedLink = Readonly<{ traceId: string; spanId: string; attributes: Attributes }>;
export type ReceivedSpan = Readonly<{
  traceId: string;
  spanId: string;
  /** Empty at the beginning of a trace. */
  parentSpanId: string;
  name: string;
  kind: number;
  attributes: Attributes;
  links: readonly ReceivedLink[];
  /** Null unless it failed. */
  failure: string | null;
  resource: Attributes;
}>;

const attributesIn = (message: Message, field: number): Attributes =>
  Object.fromEntries(
    messagesIn(message, field).map((pair) => {
      const value = readMessage(bytesIn(pair, 2));
      return [textIn(pair, 1), value.has(1) ? textIn(value, 1) : numberIn(value, [...value.keys()][0] ?? 0)];
    }),
  );

const spanOf = (span: Message, resource: Attributes): ReceivedSpan => {
  const status = readMessage(bytesIn(span, 15));
  return {
    traceId: hexIn(span, 1),
    spanId: hexIn(span, 2),
    parentSpanId: hexIn(span, 4),
    name: textIn(span, 5),
    kind: numberIn(span, 6),
    attributes: attributesIn(span, 9),
    links: messagesIn(span, 13).map((link) => ({ traceId: hexIn(link, 1), spanId: hexIn(link, 2), attributes: attributesIn(link, 4) })),
    failure: numberIn(status, 3) === 2 ? textIn(status, 2) : null,
    resource,
  };
};

const spansIn = (request: Message): readonly ReceivedSpan[] =>
  messagesIn(request, 1).flatMap((group) => {
    const resource = attributesIn(readMessage(bytesIn(group, 1)), 1);
    return messagesIn(group, 2).flatMap((scope) => messagesIn(scope, 2).map((span) => spanOf(span, resource)));
  });

/** Stands in for a collector: takes OTLP over HTTP with protobuf, refuses it, or never answers. */
export interface OtlpReceiver {
  readonly url: string;
  spans(): readonly ReceivedSpan[];
  /** All bytes that came, as they came. */
  raw(): string;
  headers(): readonly IncomingHttpHeaders[];
  behave(how: 'take' | 'refuse' | 'hang'): void;
  close(): Promise<void>;
}

export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const bodies: Buffer[] = [];
  const spans: ReceivedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let behaviour: 'take' | 'refuse' | 'hang' = 'take';
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      bodies.push(body);
      headers.push(request.headers);
      if (request.url === '/v1/traces') spans.push(...spansIn(readMessage(body)));
      if (behaviour !== 'hang') response.writeHead(behaviour === 'take' ? 200 : 400, { 'content-type': 'application/x-protobuf' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    spans: () => spans,
    raw: () => bodies.map((body) => body.toString('latin1')).join('\n'),
    headers: () => headers,
    behave: (how) => {
      behaviour = how;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
