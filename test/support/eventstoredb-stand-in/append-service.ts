import { setTimeout as pauseFor } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
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

const bytesOf = (events: readonly ProposedEvent[]): number =>
  events.reduce((sum, { data, metadata, type }) => sum + Buffer.byteLength(data, 'base64') + Buffer.byteLength(metadata, 'base64') + 2 * type.length, 0);

/** The server waits two seconds for a write to be safe; for one that it finds under way already, always as long. */
const commitTimeout = (): grpc.ServiceError => failure(grpc.status.ABORTED, 'Operation timed out: Commit phase timeout.');

const reset = (): grpc.ServiceError => failure(grpc.status.UNAVAILABLE, 'read ECONNRESET');

const write = (log: KeptLog, faults: Faults, requests: readonly AppendReq[], reply: Reply): void => {
  const options = requests.find((request) => request.hasOptions())?.getOptions();
  const events = requests.flatMap((request) => request.getProposedMessage() ?? []).map(proposedOf);
  const name = Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  if (options === undefined || events.length === 0) return reply(failure(grpc.status.INVALID_ARGUMENT, 'nothing to append'));
  if (faults.denied.includes('append')) return reply(accessDenied());
  const trouble = faults.appends.shift();
  switch (trouble) {
    case 'unavailable':
      return reply(failure(grpc.status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED'));
    case 'not-ready':
      return reply(failure(grpc.status.UNKNOWN, 'Exception was thrown by handler. Server Is Not Ready'));
    case 'reset':
      return reply(reset());
    case 'deadline':
      return reply(failure(grpc.status.DEADLINE_EXCEEDED, 'Deadline exceeded'));
    case 'timeout':
      return reply(commitTimeout());
    case 'hang':
      return;
    default:
  }
  if (bytesOf(events) > faults.appendLimit) {
    const trailers = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(faults.appendLimit) };
    return reply(failure(grpc.status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', trailers));
  }
  const expected = expectedOf(options);
  const outcome = log.append(name, expected, events);
  switch (trouble) {
    case 'hang-behind':
      return;
    case 'reset-behind':
      return reply(reset());
    case 'timeout-behind':
      return reply(commitTimeout());
    case 'lose-answer':
      return reply(failure(grpc.status.INTERNAL, 'Received RST_STREAM with code 2'));
    default:
      return reply(null, answerOf(outcome, expected));
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
