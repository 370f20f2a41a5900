import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { linkHash, type ChainedFields } from '../../../../src/adapters/event-store/codec/hash-chain.ts';
import { chainHash, streamName } from '../../../../src/application/ports/event-names.ts';
import { eventId } from '../../../../src/domain/values/ids.ts';

const link: ChainedFields = {
  stream: streamName('tiktok_connection-1'),
  revision: 2,
  type: 'Disconnected',
  schemaVersion: 1,
  id: eventId('3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f3f'),
  occurredAt: '2026-01-02T03:04:05.678Z',
  data: '{"é":1}',
  metadata: '{}',
};
const previous = chainHash('ab'.repeat(32));

test('a link is the SHA-256 over its fields, each behind its length in bytes', () => {
  const text =
    `64:${previous}19:tiktok_connection-11:212:Disconnected1:136:3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f3f` +
    '24:2026-01-02T03:04:05.678Z8:{"é":1}2:{}';
  expect(linkHash(previous, link)).toBe(createHash('sha256').update(text).digest('hex'));
});

test('the first link of a chain has an empty previous hash', () => {
  const text = '0:19:tiktok_connection-11:212:Disconnected1:136:3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f3f24:2026-01-02T03:04:05.678Z8:{"é":1}2:{}';
  expect(linkHash(null, link)).toBe(createHash('sha256').update(text).digest('hex'));
});

test('any change of any field changes the hash, also one that moves text from a field to the next', () => {
  const changed: readonly ChainedFields[] = [
    { ...link, stream: streamName('tiktok_connection-2') },
    { ...link, revision: 3 },
    { ...link, type: 'disconnected' },
    { ...link, schemaVersion: 2 },
    { ...link, id: eventId('3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f30') },
    { ...link, occurredAt: '2026-01-02T03:04:05.679Z' },
    { ...link, data: '{"é": 1}' },
    { ...link, metadata: '{"a":1}' },
    { ...link, data: '{"é":1}{', metadata: '}' },
    { ...link, type: 'Disconnected1', schemaVersion: 1 },
  ];
  const hashes = [linkHash(previous, link), linkHash(null, link), ...changed.map((fields) => linkHash(previous, fields))];
  expect(new Set(hashes).size).toBe(hashes.length);
});
