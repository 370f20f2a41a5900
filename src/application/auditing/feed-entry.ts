import type { Checkpoint, StreamName } from '../ports/event-names.ts';
import type { StoredEvent } from '../ports/event-store.ts';
import { historyEntry, type HistoryEntry } from './history-entry.ts';

/** One event of the whole feed, in the contract's shape. */
export type FeedEntry = HistoryEntry & Readonly<{ stream: StreamName; checkpoint: Checkpoint }>;

export const feedEntry = (stored: StoredEvent): FeedEntry => {
  const { stream, checkpoint } = stored;
  return { stream, ...historyEntry(stored), checkpoint };
};

/** What stands in the security log for a reading of all streams. */
export const allStreams = '*';
