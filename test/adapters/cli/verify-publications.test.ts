import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { opened, opening } from '../../domain/publication/commands.ts';
import { createProjectionSealer } from '../../support/projection-sealer.ts';
import { writePublication, type WrittenPublication } from '../../support/publication-history.ts';
import { clean, openVerifiedInstallation, type VerifiedInstallation } from './verified-installation.ts';

const publications = 'tiktok_connections.publications';
let verified: VerifiedInstallation;
let publication: WrittenPublication;

beforeAll(async () => {
  verified = await openVerifiedInstallation();
  publication = writePublication(verified.installation.eventStore, createProjectionSealer(), { connectionId: verified.ada });
  await publication.accept();
  await publication.append(opening(), opened());
  await verified.installation.project();
  await verified.installation.pool.query('drop schema remembered cascade');
  verified = { ...verified, putBack: await verified.installation.remember() };
});
afterEach(() => verified.putBack());
afterAll(() => verified.installation.close());

test('what is shown of publications, and what is to be done for them, follows from their history', async () => {
  expect(await verified.found()).toEqual(clean);
  expect(await verified.found('--connection', verified.ada)).toEqual(clean);
  expect(await verified.found('--connection', verified.bob)).toEqual(clean);
});

test('verify names a changed publication by its connection', async () => {
  await verified.tamper(`update ${publications} set status = 'published'`);
  const differs = { kind: 'row_differs', table: publications, connection_id: verified.ada, columns: ['status'] };
  expect(await verified.found()).toEqual([1, [differs]]);
  expect(await verified.found('--connection', verified.ada)).toEqual([1, [differs]]);
  expect(await verified.found('--connection', verified.bob)).toEqual(clean);
});

test('verify names a missing piece of work by the connection of the publication', async () => {
  await verified.tamper(`delete from tiktok_connections.work_items where subject = $1`, publication.id);
  const missing = { kind: 'row_missing', table: 'tiktok_connections.work_items', connection_id: verified.ada };
  expect(await verified.found('--connection', verified.ada)).toEqual([1, [missing]]);
});
