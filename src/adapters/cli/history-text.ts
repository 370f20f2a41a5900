import type { History } from '../../application/auditing/history.ts';
import type { HistoryEntry } from '../../application/auditing/history-entry.ts';
import type { ConnectionView } from '../../application/reading/connection-view.ts';
import type { PublicationView } from '../../application/reading/publication-view.ts';
import { connectionDocument } from './connection-document.ts';
import { done, type Done } from './outcome.ts';
import { printable } from './printable.ts';
import { publicationDocument } from './publication-document.ts';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const fields = (data: object, indent: string): readonly string[] =>
  Object.entries(data).map(([name, value]: [string, unknown]) => `${indent}${name}: ${printable(shown(value))}`);

/** An event as a paragraph: what, when, who, why; then what it changed. */
const historyParagraph = ({ revision, type, actor, cause, occurred_at, hash, data }: HistoryEntry): readonly string[] => [
  printable(`${revision}  ${occurred_at ?? 'at an unreadable time'}  ${type}`),
  printable(`   by ${actor === null ? 'somebody unreadable' : `${actor.kind} ${actor.id}`}, because of ${cause ?? 'something unreadable'}`),
  `   hash ${printable(hash)}`,
  ...fields(data, '     '),
];

export const historyDone = (history: History): Done => {
  const { data, next_from } = history;
  return done(history, data.flatMap(historyParagraph), next_from === null ? [] : [`More events follow: go on with --from ${next_from}.`]);
};

export const connectionParagraph = (view: ConnectionView): readonly string[] => fields(connectionDocument(view), '');

export const publicationParagraph = (view: PublicationView): readonly string[] => fields(publicationDocument(view), '');
