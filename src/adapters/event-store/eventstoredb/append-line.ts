import { randomUUID } from 'node:crypto';
import type { EventStoreDBClient } from '@eventstore/db-client';
// CommonJS, whose names Node cannot see beforehand.
import commandErrors from '@eventstore/db-client/dist/utils/CommandError.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { AppendRefused, type AppendRequest, type CallOptions, type SendAppend } from './append-request.ts';
import { streamsOf, type CallArguments, type GrpcClient } from './client-calls.ts';
import type { Place } from './places.ts';

type Line = ReturnType<GrpcClient['batchAppend']>;
type Answer = InstanceType<typeof streams.BatchAppendResp>;

type Waiting = Readonly<{ resolve: (place: Place | undefined) => void; reject: (error: unknown) => void; since: number }>;
/** What waits on one line for its answer, in the order in which it was sent. */
type Waiters = Map<string, Waiting>;

/** Longer than anybody waits for an append. */
const forgottenAfterMillis = 60_000;

const none = new shared.Empty();

const requestOf = (correlation: string, { stream, expected, events }: AppendRequest): InstanceType<typeof streams.BatchAppendReq> => {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  // No deadline: it would be a moment of our clock, which the server compares with its own.
  if (expected === 'no_stream') options.setNoStream(none);
  else options.setStreamPosition(String(expected));
  const messages = events.map(({ id, type, data, metadata }) => {
    const message = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(id)).setData(data).setCustomMetadata(metadata);
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    return message;
  });
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlation))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
};

const refusalOf = (answer: Answer): AppendRefused => {
  const status = answer.getError();
  const details = status?.getDetails();
  switch (details?.getTypeName()) {
    case 'event_store.client.WrongExpectedVersion':
      return new AppendRefused('wrong-expected-version');
    case 'event_store.client.Timeout':
      return new AppendRefused('timeout');
    case 'event_store.client.AccessDenied':
      return new AppendRefused('access-denied');
    case 'event_store.client.StreamDeleted':
      return new AppendRefused('stream-deleted');
    case 'event_store.client.MaximumAppendSizeExceeded': {
      const limit = shared.MaximumAppendSizeExceeded.deserializeBinary(details.getValue_asU8()).getMaxappendsize();
      return new AppendRefused('maximum-append-size-exceeded', '', limit);
    }
    default:
      return new AppendRefused('unknown', status?.getMessage() ?? '');
  }
};

const placeOf = (answer: Answer): Place | undefined => {
  const position = answer.getSuccess()?.getPosition();
  return position === undefined ? undefined : { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
};

const take = (waiters: Waiters, answer: Answer): void => {
  const correlation = answer.getCorrelationId()?.getString() ?? '';
  const waiting = waiters.get(correlation);
  waiters.delete(correlation);
  if (answer.hasSuccess()) waiting?.resolve(placeOf(answer));
  else waiting?.reject(refusalOf(answer));
};

const forgetThoseNobodyAwaits = (waiters: Waiters, now: number): void => {
  for (const [correlation, { since }] of waiters) {
    if (now - since < forgottenAfterMillis) return;
    waiters.delete(correlation);
  }
};

/**
 * Sends appends on one stream to the leader, where each has its own answer. The client has such a stream too; there a
 * failure rejects what other streams and clients wait for, and an answer that comes late is thrown where nobody catches.
 */
export const openAppendLine = (client: EventStoreDBClient, options: CallOptions): SendAppend => {
  const waitersOn = new WeakMap<Line, Waiters>();
  const open = (grpc: GrpcClient, call: CallArguments): Line => {
    const line = grpc.batchAppend(...call);
    const waiters: Waiters = new Map();
    waitersOn.set(line, waiters);
    const fail = (error: unknown): void => {
      waitersOn.delete(line);
      for (const { reject } of waiters.values()) reject(error);
      waiters.clear();
    };
    return line
      .on('data', (answer: Answer) => take(waiters, answer))
      .on('error', (error) => fail(commandErrors.convertToCommandError(error)))
      .on('end', () => fail(new Error('the stream of appends ended')));
  };
  const lineNow = streamsOf(client, options, 'append', open, true);
  return async (request) => {
    const line = await lineNow();
    const waiters = waitersOn.get(line);
    if (waiters === undefined) throw new Error('the stream of appends ended');
    const now = performance.now();
    forgetThoseNobodyAwaits(waiters, now);
    const correlation = randomUUID();
    return new Promise((resolve, reject) => {
      waiters.set(correlation, { resolve, reject, since: now });
      line.write(requestOf(correlation, request));
    });
  };
};
