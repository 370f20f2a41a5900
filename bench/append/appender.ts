/** Someone who can append one event behind an expected revision. */
export interface Appender extends AsyncDisposable {
  readonly name: string;
  /** A new stream. The answer appends the next event to it, and rejects when that was refused. */
  openStream(): () => Promise<void>;
}

/** A stream of a connection grows by a few events a week: each caller begins another one after this many. */
export const eventsPerStream = 100;
