import { expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventFormats } from '../../../src/adapters/event-store/codec/event-formats.ts';
import { eventChain } from '../../../src/adapters/event-store/codec/hash-chain.ts';
import { addressOfGolden, readGolden, withoutGolden } from './golden-file.ts';

const codec = createEventCodec();
const files = await readGolden();

test.each(files.map((file) => [`${file.type} ${file.schemaVersion}`, file] as const))('%s is read as it was written', (_, file) => {
  const event = codec.decode(addressOfGolden(file));
  expect(event).toMatchObject({ readable: true, event: { type: file.type } });
  expect(eventChain.hashAfter(file.previousHash, event)).toBe(file.hash);
});

const current = files.filter(({ type, schemaVersion }) => eventFormats.get(type)?.version === schemaVersion);
test.each(current.map((file) => [`${file.type} ${file.schemaVersion}`, file] as const))('%s is still written byte for byte like this', (_, file) => {
  const event = codec.decode(addressOfGolden(file));
  if (!event.readable) throw new Error(event.reason);
  const head = { revision: file.revision - 1, hash: file.previousHash };
  const [encoded] = codec.encode(file.stream, head, [event]);
  const { previousHash: _previous, stream: _stream, ...written } = file;
  expect(encoded?.entry).toEqual(written);
});

test('every type and version ever written has its golden file', () => {
  expect(withoutGolden(eventFormats, files)).toEqual([]);
});

test('a new type or a new version without a golden file is noticed', () => {
  const disconnected = eventFormats.get('Disconnected');
  if (disconnected === undefined) throw new Error('no format');
  const later = new Map(eventFormats).set('Disconnected', { ...disconnected, version: 2 }).set('Applauded', disconnected);
  expect(withoutGolden(later, files)).toEqual(['Disconnected 2', 'Applauded 1']);
});
