import type { Brand } from '../../domain/values/brand.ts';

/** `tiktok_connection-<connectionId>` or `tiktok_publication-<publicationId>`. */
export type StreamName = Brand<string, 'StreamName'>;
/** A place in the total order of all streams. Names its store; text order is feed order. */
export type Checkpoint = Brand<string, 'Checkpoint'>;
/** SHA-256 of the stream up to an event, 64 lower-case hex digits. */
export type ChainHash = Brand<string, 'ChainHash'>;

export const streamName = (text: string): StreamName => text as StreamName;
export const checkpoint = (text: string): Checkpoint => text as Checkpoint;
export const chainHash = (text: string): ChainHash => text as ChainHash;
