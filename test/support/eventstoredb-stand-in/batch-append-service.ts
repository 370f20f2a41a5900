import { setTimeout as pauseFor } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { failure, notLeader } from './answers.ts';
import { judge, type Proposal } from './append-judgement.ts';
import type { Faults } from './faults.ts';
import type { Expected, KeptLog, Outcome, ProposedEvent } from './kept-log.ts';
import { code, shared, statusMessages, streams } from './wire.ts';

type Request = InstanceType<typeof streams.BatchAppendReq>;
type Answer = InstanceType<typeof streams.BatchAppendResp>;
type Options = InstanceType<typeof streams.BatchAppendReq.Options>;
type Status = InstanceType<typeof statusMessages.Status>;
type Call = grpc.ServerDuplexStream<Request, Answer>;

const proposedOf = (message: InstanceType<typeof streams.BatchAppendReq.ProposedMessage>): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asB64(),
  metadata: message.getCustomMetadata_asB64(),
});

const expectedOf = (options: Options): Expected => {
  if (options.hasNoStream()) return null;
  return options.hasStreamPosition() ? Number(options.getStreamPosition()) : 'any';
};

const proposalOf = (request: Request): Proposal => {
  const options = request.getOptions() ?? new streams.BatchAppendReq.Options();
  return {
    stream: Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'),
    expected: expectedOf(options),
    events: request.getProposedMessagesList().map(proposedOf),
  };
};

type Detail = Readonly<{ serializeBinary: () => Uint8Array }>;

/** Field 3 with nothing in it: what it is an instance of belongs to a package that is not ours. */
const emptyDetails = Uint8Array.of(0x1a, 0);

const statusOf = (message: string, name: string, detail: Detail): Status => {
  const told = statusMessages.Status.deserializeBinary(emptyDetails).setMessage(message);
  told.getDetails()?.pack(detail.serializeBinary(), name);
  return told;
};

/** The server's own words: the name of the detail is the message too. */
const refusedAs = (number: (typeof code.Code)[keyof typeof code.Code], name: string, detail: Detail): Status =>
  statusOf(name, `event_store.client.${name}`, detail).setCode(number);

const judgedAs = (outcome: Outcome): Readonly<{ success: InstanceType<typeof streams.BatchAppendResp.Success> }> | Readonly<{ error: Status }> => {
  if (outcome.kind === 'wrong') {
    const wrong = new shared.WrongExpectedVersion();
    if (outcome.current === null) wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentStreamRevision(String(outcome.current));
    return { error: refusedAs(code.Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrong) };
  }
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(outcome.last.position));
  position.setPreparePosition(String(outcome.last.position));
  const success = new streams.BatchAppendResp.Success();
  success.setCurrentRevision(String(outcome.last.revision));
  success.setPosition(position);
  return { success };
};

const answer = (log: KeptLog, faults: Faults, call: Call, request: Request): void => {
  const reply = (result: ReturnType<typeof judgedAs>): void => {
    const told = new streams.BatchAppendResp().setCorrelationId(request.getCorrelationId());
    const identifier = request.getOptions()?.getStreamIdentifier();
    if (identifier !== undefined) told.setStreamIdentifier(identifier);
    call.write('success' in result ? told.setSuccess(result.success) : told.setError(result.error));
  };
  const judged = judge(log, faults, proposalOf(request));
  switch (judged.kind) {
    case 'broken':
      call.emit('error', judged.error);
      return;
    case 'unanswered':
      return;
    case 'denied':
      return reply({ error: refusedAs(code.Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied()) });
    case 'not-ready':
      return reply({ error: statusOf('Server Is Not Ready', 'google.protobuf.Empty', new shared.Empty()) });
    case 'timeout':
      return reply({ error: refusedAs(code.Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()) });
    case 'too-large':
      return reply({ error: refusedAs(code.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', new shared.MaximumAppendSizeExceeded().setMaxappendsize(judged.limit)) });
    case 'judged':
      return reply(judgedAs(judged.outcome));
  }
};

/** Takes appends on one stream for as long as it stands, and answers each. A failure of the stream is that of all that it carries. */
export const batchAppendHandler =
  (log: KeptLog, faults: Faults, refusal: (metadata: grpc.Metadata) => grpc.ServiceError | null) =>
  (call: Call): void => {
    const refused = refusal(call.metadata);
    const underWay = new Set<Promise<void>>();
    const take = async (request: Request): Promise<void> => {
      await pauseFor(faults.slowMillis);
      if (call.destroyed || call.cancelled) return;
      const failed = refused ?? (faults.leader === null ? null : notLeader(faults.leader));
      if (failed !== null) call.emit('error', failed);
      else answer(log, faults, call, request);
    };
    call.on('error', () => undefined);
    call.on('data', (request: Request) => {
      const taken = take(request).catch((error: unknown) => void call.emit('error', failure(grpc.status.INTERNAL, String(error))));
      underWay.add(taken);
      taken.finally(() => underWay.delete(taken)).catch(() => undefined);
    });
    call.on('end', () => {
      Promise.allSettled(underWay)
        .then(() => call.end())
        .catch(() => undefined);
    });
  };
