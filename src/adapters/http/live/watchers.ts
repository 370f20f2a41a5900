/** How many answers may be open at a time: for one caller, whoever's browser or backend it is, and in all. */
const perPrincipal = 20;
const perProcess = 1_000;

export type Watcher = Readonly<{
  /** Aborted when the watcher left, or is to end. */
  signal: AbortSignal;
  /** Gives its place back; again, it does nothing. */
  end: () => void;
}>;

export interface Watchers {
  /** Null when there is no place for this principal. */
  begin(principal: string): Watcher | null;
  /** The service stops: whoever watches connects to another replica. */
  endAll(): void;
}

/** Answers that stay open, counted. */
export const createWatchers = (): Watchers => {
  const open = new Map<AbortController, string>();
  let stopping = false;
  const placesOf = (principal: string): number => [...open.values()].filter((each) => each === principal).length;
  return {
    begin: (principal) => {
      if (open.size >= perProcess || placesOf(principal) >= perPrincipal) return null;
      const ending = new AbortController();
      open.set(ending, principal);
      // A request that comes while others end is answered as it is now, and ends.
      if (stopping) ending.abort();
      return {
        signal: ending.signal,
        end: () => {
          open.delete(ending);
          ending.abort();
        },
      };
    },
    endAll: () => {
      stopping = true;
      for (const ending of open.keys()) ending.abort();
    },
  };
};
