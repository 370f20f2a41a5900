import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import type { LoadFailure } from '../execution/load.ts';
import type { Viewer } from '../ports/connections.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import { loadPublication, shownPublication } from '../reading/load-publication.ts';
import type { PublicationRecord } from '../reading/publication-record.ts';
import type { PublicationView } from '../reading/publication-view.ts';

/** There is none, or none that this caller may see. */
export type PublicationNotFound = Readonly<{ kind: 'PublicationNotFound' }>;

/** A publication as its history has it now: an end user sees those that were begun in their name. */
export const ownedPublication = async (
  eventStore: EventStore,
  viewer: Viewer,
  id: PublicationId,
): Promise<Result<PublicationRecord, PublicationNotFound | LoadFailure>> => {
  const loaded = await loadPublication(eventStore, id);
  if (loaded.isErr()) return err(loaded.error);
  const record = loaded.value;
  const seen = record !== null && (viewer.kind === 'service' || record.userId === viewer.userId);
  return seen ? ok(record) : err({ kind: 'PublicationNotFound' });
};

/** As this caller sees it. */
export const publicationNow = async (
  { eventStore, sealer }: Readonly<{ eventStore: EventStore; sealer: Sealer }>,
  viewer: Viewer,
  id: PublicationId,
): Promise<Result<PublicationView, PublicationNotFound | LoadFailure>> => {
  const found = await ownedPublication(eventStore, viewer, id);
  return found.isErr() ? err(found.error) : ok(await shownPublication(sealer, found.value));
};
