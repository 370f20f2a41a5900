import type { PublicationId } from '../../domain/values/ids.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import { isPublicationEvent } from '../execution/aggregate.ts';
import type { RecordedEvent } from '../ports/event-store.ts';
import type { PublicationWorkKind } from './work-kinds.ts';

type Step = Exclude<PublicationWorkKind, 'accept_publication'>;

/** What one event of a publication changes: its first event alone names the connection, so an item does not. */
export type PublicationWork = Readonly<{ kind: Step; subject: PublicationId; revision: number }> &
  (Readonly<{ change: 'put'; dueAt: Instant }> | Readonly<{ change: 'remove' }>);

const second = 1_000;

/** TikTok has the file and works on it: seconds for a small one. */
const firstLookMillis = 2 * second;
const nextLookMillis = 10 * second;
/** Moderation comes before a post has an id; a person opens the inbox when they like. */
const postIdMillis = 10 * second;
const inboxMillis = 60 * second;
/** A post is public only after moderation. */
const postFoundMillis = 60 * second;

/** What one event changes in the work list. Pure, so that a rebuild restores the list. At most one step of a publication is due. */
export const publicationWork = (
  id: PublicationId,
  { event, revision, occurredAt }: Pick<RecordedEvent, 'event' | 'revision' | 'occurredAt'>,
): readonly PublicationWork[] => {
  if (!isPublicationEvent(event)) return [];
  const put = (kind: Step, dueAt: Instant): PublicationWork => ({ change: 'put', kind, subject: id, revision, dueAt });
  const remove = (kind: Step): PublicationWork => ({ change: 'remove', kind, subject: id, revision });
  const poll = (afterMillis: number): PublicationWork => put('poll_publication', plusMillis(occurredAt, afterMillis));
  switch (event.type) {
    case 'PublicationAccepted':
      return [put('open_upload', event.data.request.scheduleAt ?? occurredAt)];
    case 'SourceFetched':
      return [put('open_upload', occurredAt)];
    case 'PublicationDeferred':
      return [put('open_upload', event.data.notBefore)];
    case 'UploadOpening':
      return [put('open_upload', event.data.deadline)];
    case 'UploadOpened':
      return [remove('open_upload'), remove('find_post'), event.data.upload === null ? poll(firstLookMillis) : put('send_chunks', occurredAt)];
    case 'ChunkUploaded':
      return [put('send_chunks', occurredAt)];
    case 'MediaDelivered':
      return [remove('send_chunks'), poll(firstLookMillis)];
    case 'ProcessingObserved':
      return [poll(nextLookMillis)];
    case 'DeliveredToInbox':
      return [remove('send_chunks'), poll(inboxMillis)];
    case 'Published':
      return [remove('send_chunks'), remove('find_post'), event.data.postIds.length === 0 ? poll(postIdMillis) : remove('poll_publication')];
    case 'PostIdsLearned':
      return [remove('poll_publication')];
    case 'PublishFailed':
    case 'PublicationCancelled':
      return [remove('open_upload'), remove('send_chunks'), remove('poll_publication'), remove('find_post')];
    case 'OutcomeUnknown': {
      const find = event.data.reason === 'opening_unanswered' ? [put('find_post', plusMillis(occurredAt, postFoundMillis))] : [];
      return [remove('open_upload'), remove('send_chunks'), remove('poll_publication'), ...find];
    }
  }
};
