import grpc from '@grpc/grpc-js';
import type { KeptEvent } from './kept-log.ts';
import { shared, streams } from './wire.ts';

/** An error as the server spells it: the client tells them apart by what stands in the trailers. */
export const failure = (code: grpc.status, details: string, trailers: Readonly<Record<string, string>> = {}): grpc.ServiceError => {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const notLeader = ({ host, port }: Readonly<{ host: string; port: number }>): grpc.ServiceError =>
  failure(grpc.status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

export const accessDenied = (): grpc.ServiceError => failure(grpc.status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

const ticksPerMilli = 10_000n;

export const eventAnswer = (event: KeptEvent): InstanceType<typeof streams.ReadResp> => {
  const id = new shared.UUID();
  id.setString(event.id);
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(event.stream));
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier);
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.getMetadataMap().set('created', String(BigInt(event.created) * ticksPerMilli));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  const answer = new streams.ReadResp();
  answer.setEvent(read);
  return answer;
};

/** No message: a field that is longer than what comes. */
export const garbledAnswer = (): InstanceType<typeof streams.ReadResp> =>
  Object.assign(new streams.ReadResp(), { serializeBinary: () => Uint8Array.of(0x0a, 0x7f) });

/** As the server spells most of them while a subscription catches up: without a prepare position. */
export const checkpointAnswer = (position: number): InstanceType<typeof streams.ReadResp> => {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition('0');
  const answer = new streams.ReadResp();
  answer.setCheckpoint(checkpoint);
  return answer;
};

export const confirmationAnswer = (id: string): InstanceType<typeof streams.ReadResp> => {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(id);
  const answer = new streams.ReadResp();
  answer.setConfirmation(confirmation);
  return answer;
};

export const caughtUpAnswer = (): InstanceType<typeof streams.ReadResp> => {
  const answer = new streams.ReadResp();
  answer.setCaughtUp(new streams.ReadResp.CaughtUp());
  return answer;
};

export const noStreamAnswer = (name: string): InstanceType<typeof streams.ReadResp> => {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name));
  const missing = new streams.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(identifier);
  const answer = new streams.ReadResp();
  answer.setStreamNotFound(missing);
  return answer;
};
