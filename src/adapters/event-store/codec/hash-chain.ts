import { hash } from 'node:crypto';
import type { EventChain } from '../../../application/ports/event-chain.ts';
import { chainHash, type ChainHash, type StreamName } from '../../../application/ports/event-names.ts';
import type { EventId } from '../../../domain/values/ids.ts';

/** What a link of the chain covers, as stored. */
export type ChainedFields = Readonly<{
  stream: StreamName;
  revision: number;
  type: string;
  schemaVersion: number;
  id: EventId;
  occurredAt: string;
  data: string;
  metadata: string;
}>;

const prefixed = (field: string): string => `${Buffer.byteLength(field)}:${field}`;

/**
 * SHA-256 over `<length in UTF-8 bytes>:<field>` of the previous hash (empty for the first event), stream, revision,
 * type, schema version, id, occurred_at, data and metadata, in this order.
 */
export const linkHash = (previous: ChainHash | null, link: ChainedFields): ChainHash => {
  // One text, put together at once: lists of parts would take as long as the hash itself.
  const text =
    `${prefixed(previous ?? '')}${prefixed(link.stream)}${prefixed(String(link.revision))}${prefixed(link.type)}` +
    `${prefixed(String(link.schemaVersion))}${prefixed(link.id)}${prefixed(link.occurredAt)}${prefixed(link.data)}${prefixed(link.metadata)}`;
  return chainHash(hash('sha256', text, 'hex'));
};

export const eventChain: EventChain = {
  hashAfter: (previous, { stream, revision, type, schemaVersion, id, stored: { occurredAt, data, metadata } }) =>
    linkHash(previous, { stream, revision, type, schemaVersion, id, occurredAt, data, metadata }),
};
