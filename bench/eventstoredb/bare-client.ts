import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, streamNameFilter, type JSONType } from '@eventstore/db-client';
import { z } from 'zod';
import { createEventCodec } from '../../src/adapters/event-store/codec/event-codec.ts';
import type { StoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import type { Appender } from '../append/appender.ts';
import { sampleAppend, sampleEvent } from '../append/sample-event.ts';
import type { EventReader } from '../feed/plain-read.ts';

const json = z.custom<JSONType>((value) => typeof value === 'object' && value !== null);

/** Data and metadata as our store writes them for the same event, so that both send the same bytes. */
const samplePayload = (): Readonly<{ type: string; data: JSONType; metadata: JSONType }> => {
  const stream = connectionStream(connectionId(randomUUID()));
  const [encoded] = createEventCodec().encode(stream, emptyHead, [sampleAppend(sampleEvent())]);
  if (encoded === undefined) throw new TypeError('a sample was encoded to nothing');
  const { id, type, schemaVersion, occurredAt, data, metadata, hash } = encoded.entry;
  return { type, data: json.parse(JSON.parse(data)), metadata: { id, schemaVersion, occurredAt, hash, metadata: json.parse(JSON.parse(metadata)) } };
};

/**
 * The client by itself: it appends behind the revision that it knows.
 * @param each whether every append is a call of its own, as the client makes them when it is given credentials with them;
 *   else it gathers those of all callers on one stream, whose failure is that of all
 */
export const bareAppender = ({ connectionString, namespace, credentials }: StoreAddress, each: boolean): Appender => {
  const client = EventStoreDBClient.connectionString(connectionString);
  const { type, data, metadata } = samplePayload();
  const options = each ? { credentials: credentials ?? { username: 'nobody', password: 'nobody' } } : {};
  return {
    name: each ? 'bare client, a call each' : 'bare client',
    openStream: () => {
      const stream = `${namespace}bare-${randomUUID()}`;
      let expectedRevision: bigint | 'no_stream' = 'no_stream';
      return async () => {
        const event = jsonEvent({ id: randomUUID(), type, data, metadata });
        const { nextExpectedRevision } = await client.appendToStream(stream, event, { ...options, expectedRevision });
        expectedRevision = nextExpectedRevision;
      };
    },
    [Symbol.asyncDispose]: () => client.dispose(),
  };
};

/** The client by itself: it follows the same streams from the beginning until it has seen them all. */
export const bareReader = ({ connectionString, credentials }: StoreAddress, prefix: string, events: number): EventReader => {
  const client = EventStoreDBClient.connectionString(connectionString);
  const filter = streamNameFilter({ prefixes: [prefix], checkpointInterval: 1_000 });
  return {
    name: 'bare client',
    readAll: async () => {
      let count = 0;
      const subscription = client.subscribeToAll({ filter, fromPosition: 'start', ...(credentials === null ? {} : { credentials }) });
      for await (const { event } of subscription) {
        if (event !== undefined) count += 1;
        if (count === events) break;
      }
      return count;
    },
    [Symbol.asyncDispose]: () => client.dispose(),
  };
};
