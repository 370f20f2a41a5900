import type { EventLog } from '../../../src/adapters/event-store/event-log.ts';

/** A log with nothing in it, made for one test. */
export type OpenedLog = Readonly<{ log: EventLog; close: () => Promise<void> }>;
export type OpenLog = () => Promise<OpenedLog>;
