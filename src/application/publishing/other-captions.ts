import { err, ok, type Result } from 'neverthrow';
import type { PublishRequested } from '../../domain/connection/events.ts';
import { mayHaveUnknownPost } from '../../domain/publication/recent-posts.ts';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import { contentContext, openContents } from './publish-content.ts';

const pageSize = 1_000;

type Requested = PublishRequested['data'];
type Ports = Readonly<{ eventStore: EventStore; sealer: Pick<Sealer, 'openAll'> }>;

/** All that was ever requested of the account, through whichever life. The history knows at once what a read model learns later. */
const requestsOf = async (eventStore: EventStore, id: ConnectionId): Promise<Result<readonly Requested[], LoadFailure>> => {
  const stream = connectionStream(id);
  const requests: Requested[] = [];
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision: stored.revision, reason: stored.reason });
      if (stored.event.type === 'PublishRequested') requests.push(stored.event.data);
    }
    if (page.value.length < pageSize) return ok(requests);
  }
};

/**
 * Captions of the account's other publications that may have a post since then which nobody knows; null for one whose
 * words cannot be opened (any more).
 * @param mayMatter spares the reading of publications with any other caption
 */
export const otherCaptions = async (
  { eventStore, sealer }: Ports,
  connectionId: ConnectionId,
  { except, since, mayMatter }: Readonly<{ except: PublicationId; since: Instant; mayMatter: (caption: string) => boolean }>,
): Promise<Result<readonly (string | null)[], LoadFailure>> => {
  const requests = await requestsOf(eventStore, connectionId);
  if (requests.isErr()) return err(requests.error);
  const others = requests.value.filter(({ publicationId }) => publicationId !== except);
  const opened = await openContents(
    sealer,
    others.map(({ life, publicationId, request }) => ({ context: contentContext(connectionId, life, publicationId), sealed: request.content })),
  );
  if (opened.isErr()) return err(opened.error);
  const captions: (string | null)[] = [];
  for (const [index, { publicationId }] of others.entries()) {
    const caption = opened.value[index]?.map(({ title }) => title).unwrapOr(null) ?? null;
    if (caption !== null && !mayMatter(caption)) continue;
    const loaded = await load(eventStore, publicationAggregate, publicationId);
    if (loaded.isErr()) return err(loaded.error);
    if (mayHaveUnknownPost(loaded.value.state, since)) captions.push(caption);
  }
  return ok(captions);
};
