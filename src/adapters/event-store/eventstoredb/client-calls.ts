import type { EventStoreDBClient } from '@eventstore/db-client';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { z } from 'zod';
import type { CallOptions } from './append-request.ts';

export type GrpcClient = InstanceType<typeof streamsService.StreamsClient>;

type Given = Required<Parameters<GrpcClient['batchAppend']>>;
export type CallArguments = readonly [metadata: NonNullable<Given[0]>, options: NonNullable<Given[1]>];

/** How the client makes calls of its own: on the channel that it finds, follows to the leader and closes. */
type CallMaking = Readonly<{
  GRPCStreamCreator: <Stream extends object>(
    client: typeof streamsService.StreamsClient,
    name: string,
    open: (grpc: GrpcClient) => Stream,
    opened?: WeakMap<GrpcClient, Stream>,
  ) => () => Promise<Stream>;
  callArguments: (options: CallOptions, more: Readonly<{ deadline: number }>) => CallArguments;
}>;
const callMaking = z.custom<CallMaking>(
  (client) =>
    typeof client === 'object' &&
    client !== null &&
    ['GRPCStreamCreator', 'callArguments'].every((name) => name in client && typeof Reflect.get(client, name) === 'function'),
  'the EventStoreDB client makes its calls in another way than expected',
);

/**
 * Opens streams that stay open, beside those that the client opens.
 * @param open made with the channel to the node that leads now
 * @param once whether whoever asks while one is open on that channel is given that one
 */
export const streamsOf = <Stream extends object>(
  client: EventStoreDBClient,
  options: CallOptions,
  name: string,
  open: (grpc: GrpcClient, call: CallArguments) => Stream,
  once: boolean,
): (() => Promise<Stream>) => {
  const { GRPCStreamCreator: streamOf, callArguments } = callMaking.parse(client);
  const opened = once ? new WeakMap<GrpcClient, Stream>() : undefined;
  return streamOf(streamsService.StreamsClient, name, (grpc) => open(grpc, callArguments(options, { deadline: Infinity })), opened);
};
