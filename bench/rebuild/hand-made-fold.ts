import { z } from 'zod';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import type { Connected, Disconnected, ProfileChanged, ScopesChanged } from '../../src/domain/connection/events.ts';

/** A row of the table for SQL readers, its profile still sealed. */
export type SealedRow = {
  id: string;
  user_id: string;
  sealed_profile: string;
  access_token: string;
  refresh_token: string;
  token_expires_at: string;
  scope: string;
  created_at: string;
  updated_at: string;
};

// Stored by our own codec a moment ago: taken as it is, which is what makes this baseline raw.
type Stored =
  | Readonly<{ type: 'Connected'; data: Connected['data'] }>
  | Readonly<{ type: 'ProfileChanged'; data: ProfileChanged['data'] }>
  | Readonly<{ type: 'ScopesChanged'; data: ScopesChanged['data'] }>
  | Readonly<{ type: 'Disconnected'; data: Disconnected['data'] }>;

const taken = z.custom<Stored>();

export type EventRow = Readonly<{ xid: string; position: string; stream: string; type: string; occurred_at: string; data: string }>;

/** All connections in memory; the fold one writes without a domain model. */
export type Folded = Map<string, SealedRow>;

/** @returns the connection the event is about */
export const foldRow = (folded: Folded, row: EventRow): string => {
  const id = row.stream.slice(connectionStreams.length);
  const data: unknown = JSON.parse(row.data);
  const event = taken.parse({ type: row.type, data });
  const known = folded.get(id);
  switch (event.type) {
    case 'Connected':
      folded.set(id, {
        id,
        user_id: event.data.userId,
        sealed_profile: event.data.profile,
        access_token: event.data.tokens.access,
        refresh_token: event.data.tokens.refresh,
        token_expires_at: event.data.accessTokenExpiresAt,
        scope: event.data.scopes.join(','),
        created_at: event.data.connectedAt,
        updated_at: row.occurred_at,
      });
      return id;
    case 'Disconnected':
      folded.delete(id);
      return id;
    case 'ProfileChanged':
      if (known !== undefined) folded.set(id, { ...known, sealed_profile: event.data.profile, updated_at: row.occurred_at });
      return id;
    case 'ScopesChanged':
      if (known !== undefined) folded.set(id, { ...known, scope: event.data.scopes.join(','), updated_at: row.occurred_at });
      return id;
  }
};
