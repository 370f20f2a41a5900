import type { PublicationState } from '../../domain/publication/state.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { Loaded } from '../execution/load.ts';
import type { ConnectionAt, FreshToken } from '../tokens/fresh-access-token.ts';
import type { WorkItem } from './work-of-connection.ts';
import type { WorkKind } from './work-kinds.ts';

/** How a connection was found, and the token that was had of it. For a second at most: then it is looked at anew. */
export type SeenConnection = Readonly<{
  connection: ConnectionAt;
  /** By the monotonic clock of this process, before it was looked at. */
  lookedAt: number;
  token: FreshToken | null;
}>;

/** What a step has just written, for the one that follows at once. That it is no longer the newest is found by the next append. */
export type HandedOn = Readonly<{
  publication: Loaded<PublicationState>;
  /** Where the bytes go, as TikTok has just named it. */
  uploadUrl: Secret<string> | null;
  seen: SeenConnection | null;
}>;

/** The step of the same subject that an event just written calls for, before the list has it. */
export type NextStep = Readonly<{ kind: WorkKind; revision: number; handed: HandedOn }>;

export type WorkOutcome =
  /** The item's revision is done: by an event that replaces it, or for good where a step yields no event. */
  | Readonly<{
      kind: 'Done';
      /** May be taken at once by the same worker, under a lease of its own. Where it is not, the list brings it. */
      next?: NextStep;
      /** A later revision up to which nothing of this kind is to be done either. */
      through?: number;
    }>
  /** Done for now without an event, and due again after so many milliseconds: kept with the lease, counted as no failure. */
  | Readonly<{ kind: 'Later'; afterMillis: number }>
  /**
   * To be leased again after so many milliseconds (the runtime adds its own backoff by attempts). With 0 from a worker
   * that stops, it is given back untried.
   */
  | Readonly<{ kind: 'Retry'; afterMillis: number; reason: string }>;

export type LeasedWork = WorkItem & Readonly<{ attempts: number; handed?: HandedOn }>;

/**
 * Decides from the stream, never from the item; a doubled lease must be harmless.
 * @param signal ends what is in flight: the lease is lost, or a worker that stops has waited long enough
 * @param stopping the worker stops: what is in flight may end, and nothing else is begun. Without one, `signal` says it
 */
export type WorkHandler = (item: LeasedWork, signal: AbortSignal, stopping?: AbortSignal) => Promise<WorkOutcome>;
