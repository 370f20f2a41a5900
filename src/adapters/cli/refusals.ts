import type { ConnectionNotFound } from '../../application/connecting/disconnect.ts';
import type { UnreadableHistory } from '../../application/execution/load.ts';
import type { Unavailable } from '../../application/failures.ts';
import type { PublicationNotFound } from '../../application/publishing/owned-publication.ts';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import { away, wrongUse, type Refusal } from './outcome.ts';
import type { MigrationTrouble } from './toolbox.ts';

const parts: Readonly<Record<Unavailable['part'], string>> = {
  database: 'The database does not answer',
  event_store: 'The event store does not answer',
  tiktok: 'TikTok does not answer',
  media_storage: 'The folder for media (MEDIA_DIR) does not answer',
  key_ring: 'TIKTOK_TOKEN_ENCRYPTION_KEY lacks a key',
};

export const refusalOfUnavailable = ({ part, reason }: Unavailable): Refusal =>
  away(`${parts[part]} (${reason}). Run \`doctor\` to see what is wrong, then try again.`);

export const refusalOfTrouble = ({ kind, sentence }: MigrationTrouble): Refusal =>
  kind === 'DatabaseUnavailable' ? away(`${sentence} Run \`doctor\` to see what is wrong, then try again.`) : wrongUse(sentence);

export const interrupted: Refusal = away('Interrupted before the end: nothing can be said. Run it again.');

export const unknownConnection = (id: ConnectionId | PublicationId, when = ''): Refusal =>
  wrongUse(
    `There is no connection ${id}${when}. ` +
      'Its id is the column id of user_tiktok_connections, and `id` in the answers of GET /v1/connections.',
  );

const unknownPublication = (id: string, when: string): Refusal => wrongUse(`There is no publication ${id}${when}.`);

export const unknownSubject = (id: string): Refusal =>
  wrongUse(
    `There is no connection and no publication ${id}. The id of a connection is the column id of user_tiktok_connections; ` +
      'that of a publication is `id` in the answers of GET /v1/publications.',
  );

/** @param when of the state that was asked for, in words; '' when the whole history was */
export const refusalOfReading = (
  failure: ConnectionNotFound | PublicationNotFound | UnreadableHistory | Unavailable,
  id: ConnectionId | PublicationId,
  when = '',
): Refusal => {
  switch (failure.kind) {
    case 'ConnectionNotFound':
      return unknownConnection(id, when);
    case 'PublicationNotFound':
      return unknownPublication(id, when);
    case 'UnreadableHistory':
      return away(
        `Event ${failure.revision} of ${failure.stream} cannot be read by this version (${failure.reason}). ` +
          'If newer code wrote it, run that; if not, `verify` tells whether it was altered.',
      );
    case 'Unavailable':
      return refusalOfUnavailable(failure);
  }
};
