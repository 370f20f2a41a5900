import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { storeUnavailable } from './failures.ts';
import { addressesOf, eventColumns, eventRows } from './rows.ts';

const statement = {
  name: 'read_stream',
  text: `select ${eventColumns} from tiktok_connections.events e where e.stream = $1 and e.revision >= $2 order by e.revision limit $3`,
};

export const readStream = async (
  pool: pg.Pool,
  store: string,
  stream: StreamName,
  fromRevision: number,
  limit: number,
): Promise<Result<readonly EventAddress[], Unavailable>> => {
  try {
    const { rows } = await pool.query({ ...statement, values: [stream, fromRevision, limit] });
    return ok(addressesOf(store, eventRows.parse(rows)));
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
