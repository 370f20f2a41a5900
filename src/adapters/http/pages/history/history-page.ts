import type { HistoryEntry } from '../../../../application/auditing/history-entry.ts';
import type { ConnectionView } from '../../../../application/reading/connection-view.ts';
import { shownAccount, type ShownAccount } from '../account/account-page.ts';
import { actorWords, eventWords, spokenTime, type EventWords } from './event-words.ts';
import { changedFields, stateFields, type ChangedField, type StateField } from './shown-state.ts';

type ShownEvent = EventWords &
  Readonly<{
    revision: number;
    who: string;
    /** For machines, and for people; null where the event cannot be read. */
    moment: string | null;
    when: string;
    cause: string | null;
    hash: string;
    data: string;
    stateAddress: string;
  }>;

/** What was asked of the page beside the timeline, and what came of it. */
export type Asked<Answer> = Readonly<{ answer: Answer } | { refused: string }> | null;

export type HistoryPage = Readonly<{
  title: string;
  account: ShownAccount;
  accountAddress: string;
  address: string;
  /** Null where it could not be checked now. */
  chain: Readonly<{ isIntact: boolean; words: string }> | null;
  events: readonly ShownEvent[];
  nextAddress: string | null;
  firstAddress: string | null;
  at: Readonly<{ typed: string; state: Asked<Readonly<{ when: string; fields: readonly StateField[] }>> }>;
  between: Readonly<{ before: number; after: number; changes: Asked<readonly ChangedField[]> }>;
}>;

export const historyPath = (connectionId: string): string => `/dashboard/connections/${connectionId}/history`;

const shownEvent = (entry: HistoryEntry, viewer: string, address: string): ShownEvent => ({
  ...eventWords(entry),
  revision: entry.revision,
  who: actorWords(entry, viewer),
  moment: entry.occurred_at,
  when: entry.occurred_at === null ? 'at an unknown time' : spokenTime(entry.occurred_at),
  cause: entry.cause,
  hash: entry.hash,
  data: JSON.stringify(entry.data, null, 2),
  stateAddress: `${address}?at=${entry.revision}#state`,
});

export type HistoryParts = Readonly<{
  connection: ConnectionView;
  viewer: string;
  entries: readonly HistoryEntry[];
  from: number;
  nextFrom: number | null;
  chain: HistoryPage['chain'];
  typed: string;
  state: Asked<ConnectionView>;
  before: number;
  after: number;
  /** The two states. */
  compared: Asked<readonly [ConnectionView, ConnectionView]>;
}>;

const mapped = <From, To>(asked: Asked<From>, render: (answer: From) => To): Asked<To> =>
  asked === null || 'refused' in asked ? asked : { answer: render(asked.answer) };

export const historyPage = (parts: HistoryParts): HistoryPage => {
  const { connection, viewer, entries, from, nextFrom, chain, typed, state, before, after, compared } = parts;
  const address = historyPath(connection.id);
  return {
    title: 'History',
    account: shownAccount(connection),
    accountAddress: '/dashboard/account',
    address,
    chain,
    events: entries.map((entry) => shownEvent(entry, viewer, address)),
    nextAddress: nextFrom === null ? null : `${address}?from=${nextFrom}`,
    firstAddress: from === 1 ? null : address,
    at: { typed, state: mapped(state, (view) => ({ when: `after event ${view.revision}`, fields: stateFields(view) })) },
    between: { before, after, changes: mapped(compared, ([first, second]) => changedFields(first, second)) },
  };
};
