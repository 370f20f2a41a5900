import { err, ok } from 'neverthrow';
import { connectionOf, connectionStreams, publicationOf, publicationStreams } from '../../../application/execution/streams.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';
import { workChanges, type RefreshPolicy, type WorkChange } from '../../../application/work-lists/work-of-connection.ts';
import { publicationWork, type PublicationWork } from '../../../application/work-lists/work-of-publication.ts';
import { nothing } from '../database.ts';
import type { PoisonEvent, Projector } from '../projector/projector.ts';
import { workItemsTable } from './work-items-table.ts';
import { workPublicationsTable } from './work-publications-table.ts';
import { beginPublications, putItems, putItemsOfPublications, removeItems } from './work-statements.ts';

type Item = Readonly<{ kind: string; subject: string; revision: number }>;
type Change = Readonly<{ item: Item; goesTo: 'connections' | 'publications' | 'removals' }>;

const ofConnection = (change: WorkChange): Change =>
  'put' in change ? { item: change.put, goesTo: 'connections' } : { item: change.remove, goesTo: 'removals' };

const ofPublication = ({ change, ...item }: PublicationWork): Change => ({ item, goesTo: change === 'put' ? 'publications' : 'removals' });

const changesOf = (event: RecordedEvent, policy: RefreshPolicy): readonly Change[] | null => {
  const connection = connectionOf(event.stream);
  if (connection !== null) return workChanges(connection, event, policy).map(ofConnection);
  const publication = publicationOf(event.stream);
  return publication === null ? null : publicationWork(publication, event).map(ofPublication);
};

/** What is left of several changes to one item; later events come later. */
const lastOfEach = (changes: readonly Change[]): readonly Change[] => [
  ...new Map(changes.map((change) => [JSON.stringify([change.item.kind, change.item.subject]), change])).values(),
];

const strayed = ({ stream, revision }: RecordedEvent): PoisonEvent => ({
  stream,
  revision,
  reason: 'the name of the stream names neither a connection nor a publication',
});

/** The work list: what the history says is to be done next, and when. */
export const createWorkProjector = (policy: RefreshPolicy): Projector => ({
  name: 'work',
  version: 3,
  fingerprint: `token_refresh=${policy} validate=daily`,
  streamPrefixes: [connectionStreams, publicationStreams],
  tables: [workItemsTable, workPublicationsTable],

  apply: async (transaction, events) => {
    const changes: Change[] = [];
    const strays: PoisonEvent[] = [];
    for (const event of events) {
      const its = changesOf(event, policy);
      if (its === null) strays.push(strayed(event));
      else changes.push(...its);
    }
    if (strays.length > 0) return err({ kind: 'Poison', events: strays });
    const begun = events.flatMap(({ event, stream }) => {
      if (event.type !== 'PublicationAccepted') return [];
      const { connectionId, life } = event.data;
      return [{ publicationId: publicationOf(stream), connectionId, life }];
    });
    const last = lastOfEach(changes);
    const going = (goesTo: Change['goesTo']): readonly Item[] => last.flatMap((change) => (change.goesTo === goesTo ? [change.item] : []));
    const tables = { items: transaction.table('work_items'), publications: transaction.table('work_publications') };
    // What has begun is known first: what is put for it is judged by that.
    for (const [name, text, rows] of [
      ['begin', beginPublications(tables), begun],
      ['remove', removeItems(tables), going('removals')],
      ['put', putItems(tables), going('connections')],
      ['put_of_publications', putItemsOfPublications(tables), going('publications')],
    ] as const) {
      if (rows.length > 0) await transaction.rows(name, text, [JSON.stringify(rows)], nothing);
    }
    return ok();
  },

  alarms: async () => [],
});
