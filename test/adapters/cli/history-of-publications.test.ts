import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { causeTree } from '../../../src/adapters/cli/cause-text.ts';
import type { ShownCause } from '../../../src/application/auditing/shown-cause.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { chainHash } from '../../../src/application/ports/event-names.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { chunk, opened, opening as uploadOpening } from '../../domain/publication/commands.ts';
import { createProjectionSealer } from '../../support/projection-sealer.ts';
import { writePublication, type WrittenPublication } from '../../support/publication-history.ts';
import { aMoment } from '../../support/sample-events.ts';
import { opening, run } from './command-line.ts';
import { aTime, containing, including, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let account: ConnectionId;
let post: WrittenPublication;

const history = (...argv: readonly string[]) => run(opening(installation.toolbox), 'history', ...argv);

beforeAll(async () => {
  installation = await openInstallation();
  account = await installation.connect('open-1');
  post = writePublication(installation.eventStore, createProjectionSealer(), { connectionId: account });
  await post.accept();
  await post.append(uploadOpening(), opened(), chunk(0));
});
afterAll(() => installation.close());

describe('history of a publication', () => {
  test('is shown by the id of the publication, in parts as well', async () => {
    const ran = await history(post.id.toUpperCase(), '--json');
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    const types = ['PublicationAccepted', 'UploadOpening', 'UploadOpened', 'ChunkUploaded'];
    expect(ran.document()).toEqual({ data: types.map((type, index) => including({ revision: index + 1, type })), next_from: null });
    const part = await history(post.id, '--from', '2', '--limit', '1');
    expect([part.out[0], part.err]).toEqual([matching(/^2 {2}\S+Z {2}UploadOpening$/), ['More events follow: go on with --from 3.']]);
    expect((await history(post.id, '--from', '3', '--json')).document()).toMatchObject({ data: [{ revision: 3 }, { revision: 4 }], next_from: null });
  });

  test('is shown as the publication was at a moment, as /v1 would', async () => {
    const shown = { id: post.id, connection_id: account, status_reason: null, retryable: false, post_ids: [], share_urls: [], not_before: null, created_at: aTime, updated_at: aTime };
    const total = 120_000_000;
    expect((await history(post.id, '--at', '2', '--json')).document()).toEqual({
      ...{ ...shown, status: 'queued', publish_id: null, revision: 2 },
      progress: { bytes_sent: 0, bytes_total: total },
    });
    expect((await history(post.id, '--at', '2999-01-01T00:00:00Z', '--json')).document()).toEqual({
      ...{ ...shown, status: 'uploading', publish_id: containing('v_pub_file'), revision: 4 },
      progress: { bytes_sent: 10_000_000, bytes_total: total },
    });
    expect((await history(post.id, '--at', '3')).out).toContain('status: uploading');
    const before = await history(post.id, '--at', '2000-01-01T00:00:00Z', '--json');
    expect([before.exitCode, before.document()]).toEqual([2, { error: containing(`no publication ${post.id} at that moment`) }]);
  });

  test('leaves an entry in the security log, under its connection, for every reading', async () => {
    const logged = async () => {
      const { rows } = await installation.pool.query<{ detail: unknown }>(
        `select detail from tiktok_connections.security_log where kind = 'history_read' and principal = 'cli' and connection_id = $1 order by id desc limit 3`,
        [account],
      );
      return rows.map(({ detail }) => detail);
    };
    await history(post.id);
    await history(post.id, '--at', '1');
    await history(post.id, '--tree');
    const stream = `tiktok_publication-${post.id}`;
    expect(await logged()).toEqual([{ stream, causes: true }, { stream }, { stream }]);
  });
});

describe('history --tree', () => {
  test('shows people what led to what', async () => {
    const { exitCode, out, err } = await history(account, '--tree');
    expect([exitCode, err]).toEqual([0, []]);
    expect(out).toEqual(['something known as request-1, by user user_1', matching(new RegExp(`^ {2}connection ${account} @1 {2}\\S+Z {2}Connected, by user user_1$`))]);
  });

  test('prints one document', async () => {
    expect((await history(post.id, '--tree', '--json')).document()).toMatchObject({
      data: [
        { node: 'run', kind: 'other', parent: null, depth: 0, actor: { kind: 'system', id: 'test' }, correlation_id: 'test' },
        { node: 'event', depth: 1, stream: `tiktok_publication-${post.id}`, revision: 1, type: 'PublicationAccepted' },
        { node: 'run' },
        { node: 'event', revision: 2 },
        { node: 'event', revision: 3 },
        { node: 'event', revision: 4 },
      ],
    });
  });

  test('goes on at the margin where it is too deep for a line', () => {
    const stream = connectionStream(account);
    const actor = { kind: 'system', id: 'refresh' } as const;
    const causes = Array.from({ length: 20 }, (_, index): readonly ShownCause[] => {
      const [parent, cause] = [index === 0 ? null : `${stream}@${index}`, `${account}@${index}`];
      return [
        { node: 'run', id: `run ${index}`, parent, depth: index * 2, kind: 'work', actor, cause, correlation_id: cause, occurred_at: aMoment },
        { node: 'event', id: `${stream}@${index + 1}`, parent: `run ${index}`, depth: index * 2 + 1, stream, revision: index + 1, type: 'TokensRefreshed', actor, occurred_at: aMoment, hash: chainHash(''), data: { unreadable: '' } },
      ];
    }).flat();
    const lines = causeTree(causes);
    expect(Math.max(...lines.map((line) => line.search(/\S/)))).toBe(34);
    const from = lines.indexOf(`… from connection ${account} @8`);
    expect(lines[from - 1]?.trimStart()).toBe(`… goes on below, at connection ${account} @8`);
    expect(lines[from + 1]).toBe(`  work refresh, because of ${account}@8`);
    expect(lines).toHaveLength(causes.length + 4);
  });
});
