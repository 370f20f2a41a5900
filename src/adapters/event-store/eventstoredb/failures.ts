import { z } from 'zod';
import { unavailable, type Unavailable } from '../../../application/failures.ts';

const clientError = z.object({
  /** Of the client's own errors; it has a class for each, but throws others too. */
  type: z.string().optional().catch(undefined),
  /** Of gRPC. */
  code: z.number().optional().catch(undefined),
  message: z.string().catch(''),
  maxAppendSize: z.number().optional().catch(undefined),
});
type ClientError = z.output<typeof clientError>;

/** No answer came in the time we give the store. The client itself waits far longer. */
export class NoAnswerInTime extends Error {
  constructor() {
    super('no answer in time');
  }
}

const seen = (error: unknown): ClientError => {
  const parsed = clientError.safeParse(error);
  return parsed.success ? parsed.data : { type: undefined, code: undefined, message: '', maxAppendSize: undefined };
};

export const isNotLeader = (error: unknown): boolean => seen(error).type === 'not-leader';
export const isStreamNotFound = (error: unknown): boolean => seen(error).type === 'stream-not-found';

const resourceExhausted = 8;
const internal = 13;

const cannotBeRead = ({ code, message }: ClientError): boolean =>
  (code === internal && message.includes('message parsing error')) || (code === resourceExhausted && message.includes('message larger than max'));

/** What was sent is no answer of the server's, or larger than the client takes. Sent again it would be no better. */
export const isUnreadable = (error: unknown): boolean => cannotBeRead(seen(error));

const unauthenticated = 16;
const permissionDenied = 7;
const grpcUnavailable = 14;

/** Found in messages of attempts that never reached a node. */
const neverSent = /Failed to discover|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|No connection established|Name resolution failed|certificate/i;
const notReady = /Server Is Not Ready|Server is (too )?busy/i;

const isRefusal = ({ type, code }: ClientError): boolean => type === 'access-denied' || code === unauthenticated || code === permissionDenied;

/** The server knows who asks, or does not, and says no. */
export const isRefused = (error: unknown): boolean => isRefusal(seen(error));

/** Fixed texts only: what the server says may quote stored data or names of its users. */
const reasonOf = (error: unknown): string => {
  const told = seen(error);
  if (error instanceof NoAnswerInTime || told.type === 'deadline-exceeded') return 'EventStoreDB does not answer in time';
  if (error instanceof z.ZodError || cannotBeRead(told)) return 'EventStoreDB answered in another shape than expected';
  if (isRefusal(told)) return 'EventStoreDB refuses our user or its password';
  if (told.type === 'not-leader') return 'the node is not the leader';
  if (told.type === 'stream-deleted') return 'the stream was deleted';
  if (/Failed to discover/.test(told.message)) return 'no EventStoreDB node that leads was found';
  if (notReady.test(told.message)) return 'EventStoreDB is not ready';
  if (/certificate/i.test(told.message)) return "EventStoreDB's certificate is not trusted: name its authority with tlsCAFile";
  if (neverSent.test(told.message) || told.code === grpcUnavailable) return 'EventStoreDB is out of reach';
  return `EventStoreDB failed${told.type === undefined ? '' : ` with ${told.type}`}${told.code === undefined ? '' : ` (${told.code})`}`;
};

export const storeUnavailable = (error: unknown): Unavailable => unavailable('event_store', reasonOf(error));

export type FailedOutcome =
  /** Not told: the server answers, and gave up waiting for the write. */
  | Readonly<{ kind: 'conflict' | 'nothing-written' | 'unknown' | 'not-told' }>
  | Readonly<{ kind: 'too-large'; limit: number | null }>;

/**
 * What an error of an append means. Only what was surely refused before it was written, or never sent, is certain; a
 * connection that broke and an answer that did not come may have come behind the write.
 */
export const outcomeOf = (error: unknown): FailedOutcome => {
  const told = seen(error);
  if (told.type === 'wrong-expected-version') return { kind: 'conflict' };
  if (told.type === 'maximum-append-size-exceeded') return { kind: 'too-large', limit: told.maxAppendSize ?? null };
  if (told.type === 'timeout') return { kind: 'not-told' };
  // A leader that leads no more says so of all that it was sent, and some of that may have been written.
  const refused = isRefusal(told) || told.type === 'stream-deleted';
  return { kind: refused || notReady.test(told.message) || neverSent.test(told.message) ? 'nothing-written' : 'unknown' };
};
