import type { ConnectionView } from '../../../../application/reading/connection-view.ts';
import { spokenTime } from './event-words.ts';

export type StateField = Readonly<{ name: string; value: string }>;
export type ChangedField = Readonly<{ name: string; before: string; after: string }>;

const statusWords: Readonly<Record<ConnectionView['status'], string>> = {
  active: 'Connected',
  reauthorization_required: 'Needs your consent again',
  disconnected: 'Disconnected',
};

const nothing = '–';

const time = (moment: string | null): string => (moment === null ? nothing : spokenTime(moment));

/** A connection at a moment, field by field. */
export const stateFields = (view: ConnectionView): readonly StateField[] => [
  { name: 'State', value: statusWords[view.status] },
  { name: 'Account', value: view.profile.display_name ?? nothing },
  { name: 'Username', value: view.profile.username === null ? nothing : `@${view.profile.username}` },
  { name: 'Permissions', value: view.scopes.length === 0 ? nothing : view.scopes.join(', ') },
  { name: 'Connected since', value: time(view.connectedAt) },
  { name: 'Access good until', value: time(view.accessTokenExpiresAt) },
  { name: 'Renewable until', value: time(view.refreshTokenExpiresAt) },
  { name: 'Consent needed because', value: view.reauthorizationReason?.replaceAll('_', ' ') ?? nothing },
  { name: 'Events so far', value: String(view.revision) },
];

/** What differs between two moments. */
export const changedFields = (before: ConnectionView, after: ConnectionView): readonly ChangedField[] => {
  const later = new Map(stateFields(after).map(({ name, value }) => [name, value]));
  return stateFields(before)
    .map(({ name, value }) => ({ name, before: value, after: later.get(name) ?? nothing }))
    .filter((field) => field.before !== field.after);
};
