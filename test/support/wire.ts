import { z } from 'zod';
import { assertDocumented, type SeenAnswer } from './openapi-check.ts';

export type WireCall = Readonly<{
  method?: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Path and query. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  body?: string | Readonly<Record<string, unknown>>;
}>;

export interface WireAnswer extends SeenAnswer {
  readonly setCookies: readonly string[];
  /** From the call to the last byte. */
  readonly millis: number;
  json(): unknown;
  /** Where a redirect leads. */
  location(): URL;
}

/** The way to one service, on which every answer is held to that service's own OpenAPI document. */
export interface Wire {
  readonly url: string;
  call(options: WireCall): Promise<WireAnswer>;
  /** Every answer so far, in the order in which they came. */
  readonly answers: readonly WireAnswer[];
}

const json = 'application/json';
const anyJson = z.unknown();

const send = async (origin: string, { method = 'GET', url, headers = {}, body }: WireCall): Promise<WireAnswer> => {
  const begun = performance.now();
  const answer = await fetch(`${origin}${url}`, {
    method,
    redirect: 'manual',
    headers: { ...(typeof body === 'object' ? { 'content-type': json } : {}), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const millis = performance.now() - begun;
  return {
    method,
    url,
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    setCookies: answer.headers.getSetCookie(),
    body: text,
    millis,
    json: () => anyJson.parse(JSON.parse(text)),
    location: () => new URL(z.string().parse(answer.headers.get('location')), origin),
  };
};

export const openWire = async (origin: string): Promise<Wire> => {
  const document = z.looseObject({}).parse((await send(origin, { url: '/openapi.json' })).json());
  const answers: WireAnswer[] = [];
  return {
    url: origin,
    answers,
    call: async (options) => {
      const answer = await send(origin, options);
      answers.push(answer);
      assertDocumented(answer, document);
      return answer;
    },
  };
};
