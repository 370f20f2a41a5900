import { expect, test } from 'vitest';
import { causeOf } from '../../../src/adapters/telemetry/work-cause.ts';
import { workKinds } from '../../../src/application/work-lists/work-kinds.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';

const connection = connectionId('6f0e0000-0000-5000-8000-000000000000');
const publication = '0b1c0000-0000-5000-8000-000000000000';

test('the cause of work is named as events name it: by the stream that the item follows from', () => {
  const causes = workKinds.map((kind) => [kind, causeOf({ kind, subject: kind === 'destroy_keys' ? `${connection}:1` : publication, connectionId: connection, revision: 4 })]);
  expect(Object.fromEntries(causes)).toEqual({
    destroy_keys: `${connection}@4`,
    end_publications: `${connection}@4`,
    refresh: `${connection}@4`,
    validate: `${connection}@4`,
    accept_publication: `${connection}@4`,
    open_upload: `${publication}@4`,
    send_chunks: `${publication}@4`,
    poll_publication: `${publication}@4`,
    find_post: `${publication}@4`,
  });
});
