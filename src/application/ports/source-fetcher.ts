import type { ResultAsync } from 'neverthrow';
import type { Secret } from '../../domain/values/secret.ts';

/** `retry` is whether another try may help. `reason` repeats nothing of the address. */
export type SourceUnfetchable = Readonly<{ kind: 'SourceUnfetchable'; reason: string; retry: boolean }>;

export type FetchedSource = Readonly<{ contentType: string; bytes: number | null; body: AsyncIterable<Uint8Array> }>;

/** Fetches the file behind an address of a caller's: public addresses only, no redirects, limits of bytes and time. */
export interface SourceFetcher {
  fetch(url: Secret<string>, signal: AbortSignal): ResultAsync<FetchedSource, SourceUnfetchable>;
}
