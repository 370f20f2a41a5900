import { expect, test } from 'vitest';
import { isUnreadable, storeUnavailable } from '../../src/adapters/event-store/eventstoredb/failures.ts';

// In the words of the gRPC library, which has no other sign for them.
const unreadable = [
  { code: 13, message: '13 INTERNAL: Response message parsing error: a protobuf message ends within a field' },
  { code: 8, message: '8 RESOURCE_EXHAUSTED: Received message larger than max (18000000 vs 17825792)' },
];

test.each(unreadable)('what cannot be read is told from what may come better at another time: $message', (error) => {
  expect(isUnreadable(error)).toBe(true);
  expect(storeUnavailable(error).reason).toBe('EventStoreDB answered in another shape than expected');
});

test.each([
  { code: 13, message: '13 INTERNAL: Received RST_STREAM with code 2' },
  { code: 8, message: '8 RESOURCE_EXHAUSTED: too many calls' },
  { code: 14, message: '14 UNAVAILABLE: message larger than max' },
])('another failure is asked again: $message', (error) => {
  expect(isUnreadable(error)).toBe(false);
});
