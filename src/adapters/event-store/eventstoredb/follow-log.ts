import type { Readable } from 'node:stream';
import type { Place } from './places.ts';

/** @property after null from the first event ever */
export type Following = Readonly<{ prefixes: readonly string[]; after: Place | null }>;

/** @property stream of `Sent` */
export type Followed = Readonly<{ stream: Readable & Readonly<{ cancel: () => void }>; errorOf: (error: Error) => Error }>;

/** Follows events of streams whose names begin so. */
export type FollowLog = (following: Following) => Promise<Followed>;
