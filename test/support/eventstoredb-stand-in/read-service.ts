import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { accessDenied, caughtUpAnswer, checkpointAnswer, confirmationAnswer, eventAnswer, failure, garbledAnswer, noStreamAnswer, notLeader } from './answers.ts';
import type { Faults } from './faults.ts';
import type { KeptEvent, KeptLog } from './kept-log.ts';
import type { streams } from './wire.ts';

type ReadReq = InstanceType<typeof streams.ReadReq>;
type ReadResp = InstanceType<typeof streams.ReadResp>;
type Options = InstanceType<typeof streams.ReadReq.Options>;
export type ReadCall = grpc.ServerWritableStream<ReadReq, ReadResp>;

/** Resolves when the reader takes more, or has gone. */
const readerMoved = (call: ReadCall): Promise<void> =>
  new Promise((resolve) => {
    const signs = ['drain', 'close', 'cancelled'] as const;
    const done = (): void => {
      for (const sign of signs) call.off(sign, done);
      resolve();
    };
    for (const sign of signs) call.on(sign, done);
  });

/** Waits where the reader is slow. */
const send = async (call: ReadCall, answer: ReadResp): Promise<void> => {
  if (!call.write(answer) && !call.cancelled) await readerMoved(call);
};

const backwards = 1;

const readStream = async (log: KeptLog, call: ReadCall, options: Options): Promise<void> => {
  const wanted = options.getStream();
  const name = Buffer.from(wanted?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const events = log.stream(name);
  if (events.length === 0) await send(call, noStreamAnswer(name));
  const from = wanted?.hasRevision() === true ? Number(wanted.getRevision()) : 0;
  // By revisions, as the server's index has them: a log that somebody changed may leave some out, or hold them in another order.
  const standing = events.filter(({ revision }) => revision >= from).sort((a, b) => a.revision - b.revision);
  for (const event of standing.slice(0, Number(options.getCount()))) {
    if (call.cancelled) return;
    await send(call, eventAnswer(event));
  }
};

const fromOf = (options: Options): number => {
  const all = options.getAll();
  if (all?.hasPosition() === true) return Number(all.getPosition()?.getCommitPosition());
  return all?.hasEnd() === true ? Number.POSITIVE_INFINITY : -1;
};

const readAll = async (log: KeptLog, call: ReadCall, options: Options): Promise<void> => {
  const from = fromOf(options);
  const isBackwards = Number(options.getReadDirection()) === backwards;
  const events = isBackwards ? log.all.filter(({ position }) => position < from).toReversed() : log.all.filter(({ position }) => position >= from);
  for (const event of events.slice(0, Number(options.getCount()))) {
    if (call.cancelled) return;
    await send(call, eventAnswer(event));
  }
};

const window = 32;

/**
 * Everything behind a position whose stream's name begins as wanted, then what is written later. A position beyond the
 * end of the log is no error: what comes before it is skipped. Checkpoints are sent for what was looked at.
 */
const subscribe = async (log: KeptLog, faults: Faults, call: ReadCall, options: Options): Promise<void> => {
  const from = fromOf(options);
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [''];
  const isWanted = ({ stream, position }: KeptEvent): boolean => position > from && prefixes.some((prefix) => stream.startsWith(prefix));
  let waiting = Promise.withResolvers<void>();
  const forget = log.onWritten(() => waiting.resolve());
  for (const end of ['cancelled', 'close', 'finish', 'error']) call.on(end, () => waiting.resolve());
  await send(call, confirmationAnswer(randomUUID()));
  let told = false;
  for (let next = 0; !call.cancelled && !call.writableEnded && !call.destroyed; ) {
    const event = log.all[next];
    if (event === undefined) {
      if (!told) await send(call, caughtUpAnswer());
      told = true;
      await waiting.promise;
      waiting = Promise.withResolvers();
      continue;
    }
    next += 1;
    if (isWanted(event)) await send(call, faults.garblesSubscriptions ? garbledAnswer() : eventAnswer(event));
    if (next % window === 0) await send(call, checkpointAnswer(event.position));
  }
  forget();
};

const requiresLeader = (metadata: grpc.Metadata): boolean => metadata.get('requires-leader')[0] === 'true';

const refused = (call: ReadCall, error: grpc.ServiceError): void => void call.emit('error', error);

/** @param open where subscriptions are kept while they are open */
export const readHandler =
  (log: KeptLog, faults: Faults, open: Set<ReadCall>, refusal: (metadata: grpc.Metadata) => grpc.ServiceError | null) =>
  (call: ReadCall): void => {
    const options = call.request.getOptions();
    const answer = async (): Promise<void> => {
      await pauseFor(faults.slowMillis);
      const refusedFor = refusal(call.metadata) ?? (faults.leader !== null && requiresLeader(call.metadata) ? notLeader(faults.leader) : null);
      if (refusedFor !== null) return refused(call, refusedFor);
      if (options === undefined) return refused(call, failure(grpc.status.INVALID_ARGUMENT, 'no options'));
      if (options.hasAll() && faults.denied.includes('read-all')) return refused(call, accessDenied());
      if (options.hasSubscription()) {
        if (faults.refusesSubscriptions) return refused(call, failure(grpc.status.UNAVAILABLE, 'Server Is Not Ready'));
        open.add(call);
        await subscribe(log, faults, call, options);
        open.delete(call);
        return undefined;
      }
      await (options.hasStream() ? readStream(log, call, options) : readAll(log, call, options));
      call.end();
      return undefined;
    };
    answer().catch((error: unknown) => refused(call, failure(grpc.status.INTERNAL, String(error))));
  };
