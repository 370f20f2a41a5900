import process from 'node:process';
import { afterAll, beforeAll } from 'vitest';
import { parseStoreAddress, type StoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { createEventStoreDbLog } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { ownPartOf } from '../support/chosen-event-store.ts';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import type { OpenLog } from '../support/event-store/open-log.ts';

export const addressOf = (url: string): StoreAddress => parseStoreAddress(url)._unsafeUnwrap();

/** A server that may hold anything. */
const given = process.env['EVENT_STORE_TEST_URL'];

export const nameOfStore = given === undefined || given === '' ? 'EventStoreDB (its stand-in)' : 'EventStoreDB (the server of EVENT_STORE_TEST_URL)';

/** The server that EVENT_STORE_TEST_URL names, else a stand-in for the whole file. */
export const eventStoreDbLogOfFile = (): OpenLog => {
  let standIn: StandIn | null = null;
  let url = given ?? '';
  beforeAll(async () => {
    if (url !== '') return;
    standIn = await startStandIn();
    await standIn.order({ kind: 'noise', events: 100 });
    url = standIn.url;
  });
  afterAll(() => standIn?.stop());
  return async () => {
    const log = createEventStoreDbLog({ address: addressOf(ownPartOf(url)) });
    return { log, close: () => log.close() };
  };
};
