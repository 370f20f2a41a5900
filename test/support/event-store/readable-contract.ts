import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventFormat, upcaster } from '../../../src/adapters/event-store/codec/event-format.ts';
import { eventFormats } from '../../../src/adapters/event-store/codec/event-formats.ts';
import { linkHash } from '../../../src/adapters/event-store/codec/hash-chain.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { eventId } from '../../../src/domain/values/ids.ts';
import { aMoment, disconnected, newStream, toAppend } from '../sample-events.ts';
import type { OpenLog } from './open-log.ts';
import { storeForEachTest } from './opened-store.ts';

const goodData = '{"by":{"kind":"user"},"disconnectedAt":"2026-01-02T03:04:05.678Z","life":1,"revokeConfirmed":true}';
const goodMetadata = '{"actor":{"id":"job","kind":"system"},"causationId":null,"commandId":"c","correlationId":"r","traceparent":null}';
const good: Readonly<{ type: string; schemaVersion: number; occurredAt: string; data: string; metadata: string }> = { type: 'Disconnected', schemaVersion: 1, occurredAt: aMoment, data: goodData, metadata: goodMetadata };

/** A made-up later version of `Disconnected`, in which `life` is called `lifeNumber` as text. */
const later = createEventCodec(
  new Map(eventFormats).set(
    'Disconnected',
    eventFormat(2, z.object({ lifeNumber: z.string() }), ({ lifeNumber }) => disconnected({ life: Number(lifeNumber) }), {
      1: upcaster(z.object({ life: z.number() }), ({ life }) => ({ lifeNumber: String(life) })),
    }),
  ),
);

export const readableContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);

  const writeText = async (changes: Partial<typeof good>) => {
    const stream = newStream();
    const text = { ...good, ...changes, id: eventId(randomUUID()), revision: 1 };
    const written = await opened.log().append(stream, emptyHead, [{ ...text, hash: linkHash(null, { stream, ...text }) }]);
    expect(written.isOk()).toBe(true);
    return stream;
  };

  test('an event of an older version is lifted on its way, and its text and hash stay as stored', async () => {
    const stream = newStream();
    const appended = await opened.append(stream, emptyHead, [toAppend(disconnected({ life: 7 }))]);
    const [read] = (await eventStoreOver(opened.log(), later).read(stream, 1, 10))._unsafeUnwrap();
    expect(read).toMatchObject({ readable: true, schemaVersion: 1, event: disconnected({ life: 7 }) });
    expect(read?.stored).toEqual(appended.events[0]?.stored);
    expect(read?.hash).toBe(appended.head.hash);
  });

  const unreadable: readonly (readonly [string, Partial<typeof good>, RegExp])[] = [
    ['of an unknown type', { type: 'Applauded' }, /type is not known/],
    ['of a newer version', { schemaVersion: 2 }, /schema version 2 is newer/],
    ['with a field missing', { data: goodData.replace('"life":1,', '') }, /^data: life: /],
    ['with a field of another type', { data: goodData.replace('"life":1', '"life":"hush-hush"') }, /^data: life: /],
    ['whose data is not an object', { data: '["hush-hush"]' }, /^data: the whole: /],
    ['with broken metadata', { metadata: '{"actor":"hush-hush"}' }, /^metadata: actor: /],
    ['without a moment', { occurredAt: 'hush-hush' }, /^occurred_at: /],
  ];
  test.each(unreadable)('an event %s is given unreadable, with a reason that quotes nothing, and those behind it as ever', async (_, changes, reason) => {
    const stream = await writeText(changes);
    const behind = await writeText({});
    const events = await opened.fed();
    expect(events.map((event) => [event.stream, event.readable])).toEqual([[stream, false], [behind, true]]);
    const [event] = await opened.history(stream);
    const stored = { ...good, ...changes };
    expect(event).toMatchObject({
      readable: false,
      revision: 1,
      type: stored.type,
      schemaVersion: stored.schemaVersion,
      stored: { data: stored.data, metadata: stored.metadata, occurredAt: stored.occurredAt },
    });
    expect(event?.readable === false && event.reason).toMatch(reason);
    expect(event?.readable === false && event.reason).not.toContain('hush');
  });
};
