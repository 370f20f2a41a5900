import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { repairPublication } from '../../../src/application/publishing/advance-publication.ts';
import { request } from '../../domain/publication/commands.ts';
import { aMoment, connected } from '../../support/sample-events.ts';
import { account, aRequest, ofAccount, ofPost, openCausesHistory, post } from '../auditing/causes-history.ts';

test('a publication whose beginning was made up for follows from the request in the history of its connection', async () => {
  const { eventStore, write } = openCausesHistory();
  const data = { life: 1, userId: connected().data.userId, request: request(), publicationId: post, requestedAt: aMoment };
  await write(ofAccount, aRequest('publish'), connected(), { type: 'PublishRequested', data });
  const repair = repairPublication({ eventStore, ids: systemIds, clock: systemClock });
  const item = { kind: 'accept_publication', subject: post, connectionId: account, life: 1, revision: 2, dueAt: aMoment, attempts: 1 } as const;
  expect(await repair(item, new AbortController().signal)).toEqual({ kind: 'Done' });
  const [first] = (await eventStore.read(ofPost, 1, 2))._unsafeUnwrap();
  expect(first).toMatchObject({ type: 'PublicationAccepted', metadata: { actor: { kind: 'system', id: 'accept_publication' }, causationId: `${account}@2`, correlationId: `publication:${post}` } });
});
