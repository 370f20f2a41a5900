import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { feedOptions } from '../../support/event-store/opened-store.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';

const answerWithEvents = z.object({ rows: z.array(z.looseObject({ data: z.string() })) });
const [streams, each, batchSize] = [40, 50, 100];
let opened: OpenedPostgresLog;

beforeAll(async () => {
  opened = await openPostgresLog();
  const store = eventStoreOver(opened.log, createEventCodec());
  for (let stream = 0; stream < streams; stream += 1) (await store.append(newStream(), emptyHead, several(each)))._unsafeUnwrap();
});
afterAll(() => opened.close());

test('a feed that is far behind holds what was asked for and the page after it, however long its reader takes', async () => {
  let rows = 0;
  const query = vi.spyOn(opened.pool, 'query');
  let looked = 0;
  const rowsSoFar = async (): Promise<number> => {
    // Each answer that was asked for before this one has come when it does.
    for (let trip = 0; trip < 4; trip += 1) await opened.pool.query('select 1');
    for (; looked < query.mock.results.length; looked += 1) {
      const answered = answerWithEvents.safeParse(await query.mock.results[looked]?.value);
      rows += answered.success ? answered.data.rows.length : 0;
    }
    return rows;
  };
  let taken = 0;
  for await (const batch of opened.log.feed(feedOptions({ batchSize }))) {
    taken += batch._unsafeUnwrap().entries.length;
    expect((await rowsSoFar()) - taken).toBeLessThanOrEqual(batchSize);
  }
  expect([taken, await rowsSoFar()]).toEqual([streams * each, streams * each]);
  query.mockRestore();
});
