import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../../../application/ports/event-store.ts';
import type { Sealer } from '../../../application/ports/sealer.ts';
import { followPublicationRecord } from '../../../application/reading/publication-changes.ts';
import { shownPublication } from '../../../application/reading/load-publication.ts';
import { isFinal, type PublicationView } from '../../../application/reading/publication-view.ts';
import type { PublicationId } from '../../../domain/values/ids.ts';
import { publicationBody } from '../wire/publication-schema.ts';

export type ChangesPorts = Readonly<{ eventStore: EventStore; sealer: Sealer }>;

/** All in milliseconds. */
export type Pace = Readonly<{
  /** Between two looks, right after a change and while nothing changes. */
  firstLook: number;
  longestLook: number;
  /** A comment goes out in a silence as long as this, so that neither end takes the other for gone. */
  heartbeat: number;
  /** Then the caller connects again and proves once more who it is. */
  longestWatch: number;
}>;

const usualPace: Pace = { firstLook: 250, longestLook: 3_000, heartbeat: 15_000, longestWatch: 10 * 60_000 };

const comment = ': \n\n';
/** How soon a browser connects again after an end. */
const hello = 'retry: 2000\n\n';

const eventOf = (view: PublicationView): string => `id: ${view.revision}\ndata: ${JSON.stringify(publicationBody(view))}\n\n`;

/** Waits so long, or until the signal; true when the time has passed. */
const passed = (millis: number, signal: AbortSignal): Promise<boolean> =>
  pause(millis, true, { signal, ref: false }).catch(() => false);

/**
 * Server-sent events of a publication behind a revision: each change once, in order, until a final state, the signal or
 * ten minutes. Asks the history, more seldom while nothing changes; holds nothing but the publication as it is.
 * @param after the last revision that the caller knows; 0 for all
 */
export async function* publicationChanges(
  { eventStore, sealer }: ChangesPorts,
  id: PublicationId,
  after: number,
  signal: AbortSignal,
  { firstLook, longestLook, heartbeat, longestWatch } = usualPace,
): AsyncGenerator<string> {
  const follow = followPublicationRecord(eventStore, id);
  const until = performance.now() + longestWatch;
  let silentSince = performance.now();
  yield hello;
  for (let look = firstLook; performance.now() < until; look = Math.min(look * 1.5, longestLook)) {
    const changes = await follow();
    // The history cannot be read now: the caller connects again and is told why.
    if (changes.isErr()) return;
    for (const record of changes.value.filter(({ revision }) => revision > after)) {
      yield eventOf(await shownPublication(sealer, record));
      [look, silentSince] = [firstLook, performance.now()];
    }
    const last = changes.value.at(-1);
    if (last !== undefined && isFinal(last.status)) return;
    if (performance.now() - silentSince >= heartbeat) {
      yield comment;
      silentSince = performance.now();
    }
    if (!(await passed(look, signal))) return;
  }
}
