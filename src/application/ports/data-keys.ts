import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Purpose } from '../../domain/values/sealed.ts';
import type { Unavailable } from '../failures.ts';

export interface DataKeys {
  /**
   * Deletes the keys of a life and leaves fences, so that none is made again. Repeating it is harmless.
   * Only after the event that ends their use is in the history: event first, key second.
   */
  destroy(connectionId: ConnectionId, life: number, purposes: readonly Purpose[]): ResultAsync<void, Unavailable>;
}
