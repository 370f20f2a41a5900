import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import type { LoadFailure } from '../execution/load.ts';
import { publicationStream } from '../execution/streams.ts';
import type { PublicationNotFound } from '../publishing/owned-publication.ts';
import { loadPublication, shownPublication } from '../reading/load-publication.ts';
import type { PublicationView } from '../reading/publication-view.ts';
import { hasHappenedBy, type Moment } from './moment.ts';
import type { StateAtPorts } from './state-at.ts';

/**
 * The publication as it was, rebuilt from its events, for a service. The reading goes into the security log.
 * `PublicationNotFound` before its first event.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export const publicationStateAt = async (
  { eventStore, sealer, securityLog }: StateAtPorts,
  id: PublicationId,
  moment: Moment,
  principal: string,
): Promise<Result<PublicationView, PublicationNotFound | LoadFailure>> => {
  const record = await loadPublication(eventStore, id, hasHappenedBy(moment));
  if (record.isErr()) return err(record.error);
  if (record.value === null) return err({ kind: 'PublicationNotFound' });
  const detail = { stream: publicationStream(id) };
  const logged = await securityLog.record({ kind: 'history_read', detail, principal, connectionId: record.value.connectionId });
  return logged.isErr() ? err(logged.error) : ok(await shownPublication(sealer, record.value));
};
