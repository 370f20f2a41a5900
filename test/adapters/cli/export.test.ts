import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { opening, run } from './command-line.ts';
import { aTime, including, matching } from './expected.ts';
import { clean, events, openVerifiedInstallation, type VerifiedInstallation } from './verified-installation.ts';

const lineShape = z.looseObject({ stream: z.string(), revision: z.number(), type: z.string(), checkpoint: z.string() });
const unknown = '6f0e0000-0000-5000-8000-000000000000';

let verified: VerifiedInstallation;
let folder: string;
const exporting = (...argv: readonly string[]) => run(opening(verified.installation.toolbox), 'export', ...argv);
const linesOf = (out: readonly string[]) => out.flatMap((text) => text.split('\n'));
const exported = async (...argv: readonly string[]) => linesOf((await exporting(...argv)).out).map((line) => lineShape.parse(JSON.parse(line)));

beforeAll(async () => {
  verified = await openVerifiedInstallation();
  folder = mkdtempSync(join(tmpdir(), 'heads-'));
});
afterEach(() => verified.putBack());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await verified.installation.close();
});

describe('export', () => {
  test('prints every event as a line, in one order, nothing sealed', async () => {
    const ran = await exporting();
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    expect(ran.out.join()).not.toMatch(/s1\.|Name of/);
    const lines = linesOf(ran.out).map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(5);
    expect(lines[0]).toEqual({
      stream: verified.streamOfAda,
      revision: 1,
      type: 'Connected',
      actor: { kind: 'user', id: 'user_ada' },
      cause: 'request-1',
      occurred_at: aTime,
      hash: matching(/^[0-9a-f]{64}$/),
      data: including({ profile: '[sealed]' }),
      checkpoint: matching(/^pg:/),
    });
    const checkpoints = (await exported()).map(({ checkpoint }) => checkpoint);
    expect(checkpoints).toEqual([...checkpoints].sort());
  });

  test('goes on behind a checkpoint and prints nothing behind the last', async () => {
    const all = await exported();
    expect(await exported('--after', all[1]?.checkpoint ?? '')).toEqual(all.slice(2));
    const ran = await exporting('--after', all.at(-1)?.checkpoint ?? '');
    expect([ran.exitCode, ran.out]).toEqual([0, []]);
  });

  test('can be about one connection', async () => {
    const own = await exported('--connection', verified.bob);
    expect(own.map(({ stream, revision }) => [stream, revision])).toEqual([[connectionStream(verified.bob), 1], [connectionStream(verified.bob), 2]]);
    expect(await exporting('--connection', unknown)).toMatchObject({ exitCode: 2, out: [] });
  });

  test('is recorded in the security log before anything is printed', async () => {
    const count = async () =>
      (await verified.installation.pool.query<{ n: number }>(
        `select count(*)::integer as n from tiktok_connections.security_log where kind = 'history_read' and detail ->> 'stream' = '*'`,
      )).rows[0]?.n ?? 0;
    const before = await count();
    await exporting();
    expect(await count()).toBe(before + 1);
  });

  test('refuses a checkpoint of another store', async () => {
    const ran = await exporting('--after', 'made-up', '--json');
    expect([ran.exitCode, ran.document()]).toEqual([2, { error: matching(/not a checkpoint of this event store/) }]);
  });

  test('says where to go on when it is interrupted', async () => {
    const interruption = new AbortController();
    const ran = await run({ ...opening(verified.installation.toolbox), signal: interruption.signal, drained: () => Promise.resolve(interruption.abort()) }, 'export');
    const last = lineShape.parse(JSON.parse(linesOf(ran.out).at(-1) ?? ''));
    expect([ran.exitCode, ran.err]).toEqual([3, [`Interrupted before the end. Go on with --after ${last.checkpoint}`]]);
  });

  test('waits for whoever reads slowly, batch by batch', async () => {
    const order: string[] = [];
    await run(
      { ...opening(verified.installation.toolbox), out: () => order.push('printed'), drained: () => Promise.resolve(void order.push('waited')) },
      'export',
    );
    expect(order).toEqual(['printed', 'waited']);
  });
});

describe('heads', () => {
  const headsFile = async (...argv: readonly string[]): Promise<string> => {
    const file = join(folder, 'heads.ndjson');
    const ran = await exporting('--heads', ...argv);
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    writeFileSync(file, `${ran.out.join('\n')}\n`);
    return file;
  };

  test('are the last events of all streams', async () => {
    const { out } = await exporting('--heads');
    expect(out.map((line): unknown => JSON.parse(line))).toEqual([
      { stream: verified.streamOfAda, revision: 3, hash: matching(/^[0-9a-f]{64}$/) },
      { stream: connectionStream(verified.bob), revision: 2, hash: matching(/^[0-9a-f]{64}$/) },
    ]);
    expect((await exporting('--heads', '--connection', verified.bob)).out).toEqual(out.slice(1));
    expect((await exporting('--heads', '--after', 'x')).exitCode).toBe(2);
    expect((await exporting('--heads', '--connection', unknown)).exitCode).toBe(2);
  });

  test('agree with a history that nobody changed, also one that went on', async () => {
    const file = await headsFile();
    expect(await verified.found('--heads', file)).toEqual(clean);
    await verified.installation.disconnect(verified.ada);
    await verified.installation.project();
    expect(await verified.found('--heads', file)).toEqual(clean);
  });

  test('name a tail that was cut off, and a whole history that is gone', async () => {
    const file = await headsFile();
    await verified.tamper(`delete from ${events} where (stream = $1 and revision > 1) or stream = $2`, verified.streamOfAda, connectionStream(verified.bob));
    const [exitCode, differences] = await verified.found('--heads', file);
    expect(exitCode).toBe(1);
    const missing = { kind: 'event_missing', stream: verified.streamOfAda, revision: 2, through: 3 };
    expect(differences).toEqual(expect.arrayContaining([missing, { ...missing, stream: connectionStream(verified.bob), revision: 1, through: 2 }]));
    expect(await verified.found('--heads', file, '--connection', verified.ada)).toMatchObject([1, expect.arrayContaining([missing])]);
    expect((await verified.verify('--heads', file)).out).toContain(`${verified.streamOfAda}: events 2 to 3 missing.`);
  });

  test('name an end that was written anew', async () => {
    const file = await headsFile();
    await verified.tamper(`update ${events} set hash = repeat('0', 64) where stream = $1 and revision = 3`, verified.streamOfAda);
    expect(await verified.found('--heads', file)).toMatchObject([1, expect.arrayContaining([{ kind: 'head_differs', stream: verified.streamOfAda, revision: 3 }])]);
    expect((await verified.verify('--heads', file)).out).toContain(`${verified.streamOfAda}: event 3 is another than when the heads were exported.`);
  });

  test.each([
    ['', /holds no heads/],
    ['made up', /^Line 1 of /],
    ['{"stream":"x","revision":1}', /^Line 1 of /],
  ])('are refused when the file holds "%s"', async (text, sentence) => {
    const file = join(folder, 'wrong.ndjson');
    writeFileSync(file, text);
    const ran = await verified.verify('--heads', file);
    expect(ran.exitCode).toBe(2);
    expect(ran.err[0]).toMatch(sentence);
    expect((await verified.verify('--heads', join(folder, 'absent'))).exitCode).toBe(2);
  });
});
