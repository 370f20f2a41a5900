import grpc from '@grpc/grpc-js';
import { failure } from './answers.ts';
import type { Faults } from './faults.ts';
import type { Expected, KeptLog, Outcome, ProposedEvent } from './kept-log.ts';

export type Proposal = Readonly<{ stream: string; expected: Expected; events: readonly ProposedEvent[] }>;

/** What becomes of an append, however it came. */
export type Judgement =
  /** With the connection that it came on. */
  | Readonly<{ kind: 'broken'; error: grpc.ServiceError }>
  | Readonly<{ kind: 'unanswered' | 'denied' | 'not-ready' | 'timeout' }>
  | Readonly<{ kind: 'too-large'; limit: number }>
  | Readonly<{ kind: 'judged'; outcome: Outcome }>;

const bytesOf = (events: readonly ProposedEvent[]): number =>
  events.reduce((sum, { data, metadata, type }) => sum + Buffer.byteLength(data, 'base64') + Buffer.byteLength(metadata, 'base64') + 2 * type.length, 0);

const broken = (code: grpc.status, details: string): Judgement => ({ kind: 'broken', error: failure(code, details) });
const reset = (): Judgement => broken(grpc.status.UNAVAILABLE, 'read ECONNRESET');

export const judge = (log: KeptLog, faults: Faults, { stream, expected, events }: Proposal): Judgement => {
  if (events.length === 0) return broken(grpc.status.INVALID_ARGUMENT, 'nothing to append');
  if (faults.denied.includes('append')) return { kind: 'denied' };
  const trouble = faults.appends.shift();
  switch (trouble) {
    case 'unavailable':
      return broken(grpc.status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED');
    case 'not-ready':
      return { kind: 'not-ready' };
    case 'reset':
      return reset();
    case 'deadline':
      return broken(grpc.status.DEADLINE_EXCEEDED, 'Deadline exceeded');
    case 'timeout':
      return { kind: 'timeout' };
    case 'hang':
      return { kind: 'unanswered' };
    default:
  }
  if (bytesOf(events) > faults.appendLimit) return { kind: 'too-large', limit: faults.appendLimit };
  const outcome = log.append(stream, expected, events);
  switch (trouble) {
    case 'hang-behind':
      return { kind: 'unanswered' };
    case 'reset-behind':
      return reset();
    case 'timeout-behind':
      return { kind: 'timeout' };
    case 'lose-answer':
      return broken(grpc.status.INTERNAL, 'Received RST_STREAM with code 2');
    default:
      return { kind: 'judged', outcome };
  }
};
