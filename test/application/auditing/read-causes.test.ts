import { ok, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventFormats } from '../../../src/adapters/event-store/codec/event-formats.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { readCauses } from '../../../src/application/auditing/read-causes.ts';
import type { ShownCause } from '../../../src/application/auditing/shown-cause.ts';
import { historySubject } from '../../../src/application/auditing/history-subject.ts';
import { publicationStreams } from '../../../src/application/execution/streams.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import type { SecurityEntry } from '../../../src/application/ports/security-log.ts';
import type { PublishRequested } from '../../../src/domain/connection/events.ts';
import type { PublicationAccepted } from '../../../src/domain/publication/events.ts';
import { publicationId } from '../../../src/domain/values/ids.ts';
import { opened, opening, request } from '../../domain/publication/commands.ts';
import { createInMemoryEventLog } from '../../support/in-memory-event-store.ts';
import { aMoment, connected, personalDataErased, refreshStarted, tokensRefreshed } from '../../support/sample-events.ts';
import { account, aRequest, aWebhook, ofAccount, ofPost, openCausesHistory, post, work } from './causes-history.ts';

const whose = { life: 1, userId: connected().data.userId, request: request() } as const;
const requested = (publication = post): PublishRequested => ({ type: 'PublishRequested', data: { ...whose, publicationId: publication, requestedAt: aMoment } });
const accepted: PublicationAccepted = { type: 'PublicationAccepted', data: { ...whose, publicationId: post, connectionId: account, acceptedAt: aMoment } };

const nameOf = (cause: ShownCause): string => {
  if (cause.node === 'event') return `${cause.stream.startsWith(publicationStreams) ? 'post' : 'account'}@${cause.revision} ${cause.type}`;
  return `${cause.kind} ${cause.kind === 'work' ? cause.actor.id : cause.correlation_id}`;
};
const treeOf = (causes: readonly ShownCause[]): readonly string[] => causes.map((cause) => '  '.repeat(cause.depth) + nameOf(cause));

const read = async (eventStore: EventStore, id: string, entries: SecurityEntry[] = []): Promise<readonly ShownCause[]> => {
  const subject = (await historySubject(eventStore, id))._unsafeUnwrap();
  if (subject === null) return [];
  const securityLog = { record: (entry: SecurityEntry) => okAsync(void entries.push(entry)) };
  return (await readCauses({ eventStore, securityLog }, subject, 'auditor'))._unsafeUnwrap();
};

/** Connected, refreshed, then asked to publish: its step refreshes the tokens once more. */
const aStory = async (): Promise<EventStore> => {
  const { eventStore, write } = openCausesHistory();
  await write(ofAccount, aRequest('connect'), connected());
  await write(ofAccount, work('refresh', `${account}@1`), refreshStarted(), tokensRefreshed());
  const publish = aRequest('publish');
  await write(ofAccount, publish, requested());
  await write(ofPost, publish, accepted);
  const step = work('open_upload', `${post}@1`);
  await write(ofAccount, step, refreshStarted(), tokensRefreshed());
  await write(ofPost, step, opening());
  await write(ofAccount, work('refresh', `${account}@6`), refreshStarted());
  await write(ofPost, aWebhook('w1'), opened());
  return eventStore;
};

describe('what led to what', () => {
  test('goes from requests to events to work to events, over the connection and its publications', async () => {
    expect(treeOf(await read(await aStory(), account))).toEqual([
      'request request:connect',
      '  account@1 Connected',
      '    work refresh',
      '      account@2 TokenRefreshStarted',
      '      account@3 TokensRefreshed',
      'request request:publish',
      '  account@4 PublishRequested',
      '  post@1 PublicationAccepted',
      '    work open_upload',
      '      account@5 TokenRefreshStarted',
      '      account@6 TokensRefreshed',
      '        work refresh',
      '          account@7 TokenRefreshStarted',
      '      post@2 UploadOpening',
      'webhook webhook:w1',
      '  post@3 UploadOpened',
    ]);
  });

  test('of a publication leaves out what the connection did besides', async () => {
    expect(treeOf(await read(await aStory(), post))).toEqual([
      'request request:publish',
      '  account@4 PublishRequested',
      '  post@1 PublicationAccepted',
      '    work open_upload',
      '      account@5 TokenRefreshStarted',
      '      account@6 TokensRefreshed',
      '      post@2 UploadOpening',
      'webhook webhook:w1',
      '  post@3 UploadOpened',
    ]);
  });

  test('names who ran it, when, and by what, and hangs everything under its cause by name', async () => {
    const [run, event, refresh] = await read(await aStory(), account);
    expect(run).toEqual({
      ...{ node: 'run', id: run?.id, parent: null, depth: 0, kind: 'request', actor: { kind: 'user', id: 'user_1' } },
      ...{ cause: 'request:connect', correlation_id: 'request:connect', occurred_at: aMoment },
    });
    expect(event).toMatchObject({ node: 'event', id: `${ofAccount}@1`, parent: run?.id, actor: { kind: 'user', id: 'user_1' }, occurred_at: aMoment, data: { profile: '[sealed]' } });
    expect(refresh).toMatchObject({ node: 'run', parent: `${ofAccount}@1`, kind: 'work', actor: { kind: 'system', id: 'refresh' }, cause: `${account}@1` });
  });

  test('begins anew where a cause is not known, would come later, or cannot be read', async () => {
    const log = createInMemoryEventLog();
    const { write } = openCausesHistory(eventStoreOver(log, createEventCodec()));
    await write(ofAccount, { ...aRequest('x'), correlationId: 'before-causes-were-kept' }, connected());
    await write(ofAccount, work('refresh', `${account}@3`), refreshStarted());
    await write(ofAccount, work('refresh', `${account}@40`), refreshStarted());
    await write(ofAccount, work('refresh', `${account}@1`), tokensRefreshed());
    const older = eventStoreOver(log, createEventCodec(new Map([...eventFormats].filter(([type]) => type !== 'TokensRefreshed'))));
    expect(treeOf(await read(older, account))).toEqual([
      'other before-causes-were-kept',
      '  account@1 Connected',
      'work refresh',
      '  account@2 TokenRefreshStarted',
      'work refresh',
      '  account@3 TokenRefreshStarted',
      'account@4 TokensRefreshed',
    ]);
  });

  test('can be thousands of causes deep', async () => {
    const { eventStore, write } = openCausesHistory();
    await write(ofAccount, aRequest('connect'), connected());
    for (let revision = 1; revision < 3_000; revision += 1) await write(ofAccount, work('refresh', `${account}@${revision}`), tokensRefreshed());
    expect((await read(eventStore, account)).at(-1)).toMatchObject({ revision: 3_000, depth: 5_999 });
  });

  test('shows the words of an erased life as erased, in its publications too', async () => {
    const { eventStore, write } = openCausesHistory();
    await write(ofAccount, aRequest('publish'), connected(), requested());
    await write(ofPost, aRequest('publish'), accepted);
    await write(ofAccount, aRequest('erase'), personalDataErased());
    const contents = (await read(eventStore, account)).flatMap((cause) => (cause.node === 'event' ? [JSON.stringify(cause.data)] : []));
    expect(contents.join()).not.toContain('[sealed]');
    expect(contents.filter((text) => text.includes('[erased]'))).toHaveLength(3);
  });

  test('is recorded in the security log as a reading of the history, together with its causes', async () => {
    const entries: SecurityEntry[] = [];
    await read(await aStory(), post, entries);
    expect(entries).toEqual([{ kind: 'history_read', detail: { stream: ofPost, causes: true }, principal: 'auditor', connectionId: account }]);
  });

  test('is that of nothing where there is nothing, and leaves no entry', async () => {
    const entries: SecurityEntry[] = [];
    const { eventStore } = openCausesHistory();
    const securityLog = { record: (entry: SecurityEntry) => okAsync(void entries.push(entry)) };
    expect(await readCauses({ eventStore, securityLog }, { kind: 'publication', id: publicationId(post) }, 'auditor')).toEqual(ok([]));
    expect(entries).toEqual([]);
  });
});
