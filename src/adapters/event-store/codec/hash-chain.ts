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
  const { stream, revision, type, schemaVersion, id, occurredAt, data, metadata } = link;
  const fields = [previous ?? '', stream, String(revision), type, String(schemaVersion), id, occurredAt, data, metadata];
  return chainHash(hash('sha256', fields.map(prefixed).join(''), 'hex'));
};

export const eventChain: EventChain = {
  hashAfter: (previous, { stream, revision, type, schemaVersion, id, stored }) =>
    linkHash(previous, { stream, revision, type, schemaVersion, id, ...stored }),
};
