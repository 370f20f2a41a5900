import { describe } from 'vitest';
import { appendContract } from './event-store/append-contract.ts';
import { feedContract } from './event-store/feed-contract.ts';
import { historiesContract } from './event-store/histories-contract.ts';
import { liveFeedContract } from './event-store/live-feed-contract.ts';
import type { OpenLog } from './event-store/open-log.ts';
import { readableContract } from './event-store/readable-contract.ts';
import { repeatContract } from './event-store/repeat-contract.ts';

/** What every event store must do. `open` makes an empty one, through which the store is read and written. */
export const eventStoreContract = (name: string, open: OpenLog): void => {
  describe(`an event store in ${name}`, () => {
    describe('appending', () => appendContract(open));
    describe('repeating an append', () => repeatContract(open));
    describe('feeding', () => feedContract(open));
    describe('feeding live', () => liveFeedContract(open));
    describe('reading what was written by other versions', () => readableContract(open));
    describe('any history', () => historiesContract(open));
  });
};
