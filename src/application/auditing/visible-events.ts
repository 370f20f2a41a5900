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
  const lives = new Set<number>();
  return (stored) => {
    if (stored.readable && stored.event.type === 'PersonalDataErased') return stored.event.data.lives.some((life) => lives.has(life));
    if (stored.type === 'Connected') owner = stored.readable && stored.event.type === 'Connected' ? stored.event.data.userId : null;
    if (stored.readable && stored.event.type === 'Connected' && owner === viewer.userId) lives.add(stored.event.data.life);
    return owner === viewer.userId;
  };
};
