import type { EventStoreDBClient } from '@eventstore/db-client';
// CommonJS, whose names Node cannot see beforehand.
import commandErrors from '@eventstore/db-client/dist/utils/CommandError.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { CallOptions } from './append-request.ts';
import { streamsOf } from './client-calls.ts';
import type { FollowLog, Followed, Following } from './follow-log.ts';
import { sentOf } from './sent-event.ts';

/** As the generated client has it. */
const path = '/event_store.client.streams.Streams/Read';
const serialize = (request: InstanceType<typeof streams.ReadReq>): Buffer => Buffer.from(request.serializeBinary());

const none = new shared.Empty();
/** The server tells how far it has searched after so many times 32 events that nobody wanted. */
const checkpointInterval = 1_000;

const requestOf = ({ prefixes, after }: Following): InstanceType<typeof streams.ReadReq> => {
  const { Options } = streams.ReadReq;
  const all = new Options.AllOptions();
  if (after === null) all.setStart(none);
  else all.setPosition(new Options.Position().setCommitPosition(String(after.commit)).setPreparePosition(String(after.prepare)));
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(new Options.FilterOptions.Expression().setPrefixList([...prefixes]))
    .setCount(none)
    .setCheckpointintervalmultiplier(checkpointInterval);
  const options = new Options()
    .setAll(all)
    .setFilter(filter)
    .setResolveLinks(false)
    .setSubscription(new Options.SubscriptionOptions())
    .setUuidOption(new Options.UUIDOption().setString(none));
  return new streams.ReadReq().setOptions(options);
};

/**
 * Subscribes to what the server sends as it is sent. The client's own subscription makes objects of every answer and hands
 * them through one more stream, which costs as much again as all that is done with an event behind it.
 */
export const openFeedLine =
  (client: EventStoreDBClient, options: CallOptions): FollowLog =>
  async (following): Promise<Followed> => {
    const request = requestOf(following);
    const open = streamsOf(client, options, 'follow', (grpc, call) => grpc.makeServerStreamRequest(path, serialize, sentOf, request, ...call), false);
    return { stream: await open(), errorOf: (error) => commandErrors.convertToCommandError(error) };
  };
