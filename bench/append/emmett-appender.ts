import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Appender } from './appender.ts';
import { sampleAppend, sampleEvent } from './sample-event.ts';

type Emmett = Readonly<{
  appendToStream: (stream: string, events: readonly object[], options: object) => Promise<{ nextExpectedStreamVersion: bigint }>;
  close: () => Promise<void>;
}>;

// Not a dependency of the service: looked up by name, so that the sources type-check where bench/ is not installed.
const library: string = '@event-driven-io/emmett-postgresql';
const entrance = z.object({ getPostgreSQLEventStore: z.custom<(url: string) => Emmett>((value) => typeof value === 'function') });

/** emmett-postgresql as its documentation uses it: expected version given, no projections. */
export const emmettAppender = async (url: string): Promise<Appender> => {
  const imported: unknown = await import(library);
  const store = entrance.parse(imported).getPostgreSQLEventStore(url);
  const event = sampleEvent();
  return {
    name: 'emmett-postgresql',
    openStream: () => {
      const stream = `emmett-${randomUUID()}`;
      let expectedStreamVersion: bigint | 'STREAM_DOES_NOT_EXIST' = 'STREAM_DOES_NOT_EXIST';
      return async () => {
        const { metadata } = sampleAppend(event);
        const appended = await store.appendToStream(stream, [{ ...event, metadata }], { expectedStreamVersion });
        expectedStreamVersion = appended.nextExpectedStreamVersion;
      };
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
};
