import { setTimeout as wait } from 'node:timers/promises';
import { htmlAnswer, redirectAnswer, type Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Fault } from './fault.ts';
import { transformed } from './transform.ts';

/** What becomes of a call: an answer, an endless or huge one, or none. */
export type Outcome =
  | Readonly<{ kind: 'answer'; answer: Answer }>
  | Readonly<{ kind: 'stream'; answer: Omit<Answer, 'body'>; chunks: (signal: AbortSignal) => AsyncIterable<string> }>
  /** The body begins, then the connection breaks; `bytes` were announced. */
  | Readonly<{ kind: 'break'; answer: Answer; bytes: number }>
  | Readonly<{ kind: 'hang' }>
  | Readonly<{ kind: 'drop'; afterBytes: number }>;

/** Whether the request has to be carried out for this fault to be what it is. */
export function isCarriedOut(fault: Fault): boolean {
  return fault.when === 'after' || ['expire', 'pass', 'revoke', 'slow', 'transform', 'truncate'].includes(fault.action.type);
}

/** The spoilt outcome of a call. @param real what the endpoint answered, null when it was not carried out */
export function outcomeOf({ action }: Fault, endpoint: string, call: Call, real: Answer | null): Outcome {
  const carried = real ?? { status: 200, headers: {}, body: '' };
  switch (action.type) {
    case 'pass':
    case 'slow':
    case 'revoke':
    case 'expire':
      return { kind: 'answer', answer: carried };
    case 'respond':
      return { kind: 'answer', answer: respond(action.status, action.headers, action.body) };
    case 'error':
      return {
        kind: 'answer',
        answer: {
          ...respond(action.status, { 'x-tt-logid': call.logId }, errorBody(endpoint, call, action.code, action.message)),
          error: action.code,
        },
      };
    case 'html':
      return {
        kind: 'answer',
        answer: htmlAnswer(
          action.status,
          '<!doctype html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>',
        ),
      };
    case 'redirect':
      return { kind: 'answer', answer: { ...redirectAnswer(action.location), status: action.status } };
    case 'truncate':
      return truncated(carried, action.characters ?? Math.floor(carried.body.length / 2), action.hang_up);
    case 'transform':
      return {
        kind: 'answer',
        answer: {
          ...carried,
          status: action.status ?? carried.status,
          headers: { ...carried.headers, ...action.headers },
          body: transformed(carried.body, action),
        },
      };
    case 'huge':
      return { kind: 'stream', answer: { status: action.status, headers: jsonType }, chunks: () => hugeBody(action.bytes) };
    case 'drip':
      return {
        kind: 'stream',
        answer: { status: action.status, headers: jsonType },
        chunks: (signal) => endlessBody(action.interval_ms, signal),
      };
    case 'hang':
      return { kind: 'hang' };
    case 'drop':
      return { kind: 'drop', afterBytes: action.after_bytes };
  }
}

function respond(status: number, headers: Readonly<Record<string, string>>, body: unknown): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: { ...(typeof body === 'string' ? { 'content-type': 'text/plain; charset=utf-8' } : jsonType), ...headers },
    body: text,
  };
}

function errorBody(endpoint: string, call: Call, code: string, message: string): unknown {
  const isFlat = endpoint === 'revoke' || endpoint === 'token' || endpoint.startsWith('token.');
  return isFlat
    ? { error: code, error_description: message, log_id: call.logId }
    : { data: {}, error: { code, message, log_id: call.logId } };
}

function truncated(answer: Answer, characters: number, hangUp: boolean): Outcome {
  const beginning = { ...answer, body: answer.body.slice(0, characters) };
  return hangUp ? { kind: 'break', answer: beginning, bytes: Buffer.byteLength(answer.body) } : { kind: 'answer', answer: beginning };
}

const jsonType = { 'content-type': 'application/json; charset=utf-8' };
const chunkSize = 65_536;

async function* hugeBody(bytes: number): AsyncGenerator<string> {
  const opening = '{"filler":"';
  yield opening;
  for (let sent = opening.length; sent < bytes; sent += chunkSize) yield 'a'.repeat(Math.min(chunkSize, bytes - sent));
}

async function* endlessBody(intervalMs: number, signal: AbortSignal): AsyncGenerator<string> {
  yield '{"filler":"';
  for (;;) {
    await wait(intervalMs, undefined, { signal });
    yield 'a';
  }
}
