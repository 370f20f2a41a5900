import type { UserId } from '../../domain/values/ids.ts';
import type { Viewer } from '../ports/connections.ts';
import type { StoredEvent } from '../ports/event-store.ts';

/**
 * Whether a viewer may see each event of one connection, asked in order from the first: an end user sees the lives that
 * were theirs. A life that begins with an event nobody can read is nobody's.
 */
export const visibleEvents = (viewer: Viewer): ((event: StoredEvent) => boolean) => {
  if (viewer.kind === 'service') return () => true;
  let owner: UserId | null = null;
  return (stored) => {
    if (stored.type === 'Connected') owner = stored.readable && stored.event.type === 'Connected' ? stored.event.data.userId : null;
    return owner === viewer.userId;
  };
};
