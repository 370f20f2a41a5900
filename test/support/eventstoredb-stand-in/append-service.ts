import { setTimeout as pauseFor } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { judge } from './append-judgement.ts';
import { accessDenied, failure, notLeader } from './answers.ts';
import type { Faults } from './faults.ts';
import type { Expected, KeptLog, Outcome, ProposedEvent } from './kept-log.ts';
import { shared, streams } from './wire.ts';

type AppendReq = InstanceType<typeof streams.AppendReq>;
type AppendResp = InstanceType<typeof streams.AppendResp>;
type Reply = grpc.sendUnaryData<AppendResp>;

const proposedOf = (message: InstanceType<typeof streams.AppendReq.ProposedMessage>): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asB64(),
  metadata: message.getCustomMetadata_asB64(),
});

const expectedOf = (options: InstanceType<typeof streams.AppendReq.Options>): Expected => {
  if (options.hasNoStream()) return null;
  return options.hasRevision() ? Number(options.getRevision()) : 'any';
};

const answerOf = (outcome: Outcome, expected: Expected): AppendResp => {
  const answer = new streams.AppendResp();
  if (outcome.kind === 'written') {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.last.position));
    position.setPreparePosition(String(outcome.last.position));
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(outcome.last.revision));
    success.setPosition(position);
    answer.setSuccess(success);
    return answer;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.current === null) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.current));
  if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
  else wrong.setExpectedNoStream(new shared.Empty());
  answer.setWrongExpectedVersion(wrong);
  return answer;
};

/** The server waits two seconds for a write to be safe; for one that it finds under way already, always as long. */
const commitTimeout = (): grpc.ServiceError => failure(grpc.status.ABORTED, 'Operation timed out: Commit phase timeout.');

const write = (log: KeptLog, faults: Faults, requests: readonly AppendReq[], reply: Reply): void => {
  const options = requests.find((request) => request.hasOptions())?.getOptions();
  if (options === undefined) return reply(failure(grpc.status.INVALID_ARGUMENT, 'nothing to append'));
  const expected = expectedOf(options);
  const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const judged = judge(log, faults, { stream, expected, events: requests.flatMap((request) => request.getProposedMessage() ?? []).map(proposedOf) });
  switch (judged.kind) {
    case 'broken':
      return reply(judged.error);
    case 'unanswered':
      return undefined;
    case 'denied':
      return reply(accessDenied());
    case 'not-ready':
      return reply(failure(grpc.status.UNKNOWN, 'Exception was thrown by handler. Server Is Not Ready'));
    case 'timeout':
      return reply(commitTimeout());
    case 'too-large': {
      const trailers = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(judged.limit) };
      return reply(failure(grpc.status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', trailers));
    }
    case 'judged':
      return reply(null, answerOf(judged.outcome, expected));
  }
};

/** Takes an append as a stream of messages and answers once. */
export const appendHandler =
  (log: KeptLog, faults: Faults, refusal: (metadata: grpc.Metadata) => grpc.ServiceError | null) =>
  (call: grpc.ServerReadableStream<AppendReq, AppendResp>, reply: Reply): void => {
    const requests: AppendReq[] = [];
    call.on('data', (request: AppendReq) => requests.push(request));
    call.on('error', () => undefined);
    call.on('end', () => {
      const answer = async (): Promise<void> => {
        await pauseFor(faults.slowMillis);
        const refused = refusal(call.metadata) ?? (faults.leader === null ? null : notLeader(faults.leader));
        if (refused !== null) reply(refused);
        else write(log, faults, requests, reply);
      };
      answer().catch((error: unknown) => reply(failure(grpc.status.INTERNAL, String(error))));
    });
  };
