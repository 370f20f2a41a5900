import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSearch, type Canary } from '../support/canaries.ts';
import type { DumpedTable } from '../support/database-dump.ts';
import { killLeftovers } from '../support/service-process.ts';
import { createCanaryInstallation, person, type CanaryInstallation } from './canary-installation.ts';
import { liveThrough } from './canary-life.ts';

let installation: CanaryInstallation;
let dump: readonly DumpedTable[];
let secrets: readonly Canary[];
let personal: readonly Canary[];

beforeAll(async () => {
  installation = await createCanaryInstallation();
  dump = await liveThrough(installation);
  const { tiktok } = installation;
  const issued = (await tiktok.tokens()).map(({ kind, token }) => ({ name: `${kind} of TikTok`, value: token }));
  const verifiers = (await tiktok.verifiers()).map((value) => ({ name: 'PKCE verifier', value }));
  secrets = [...installation.secrets, ...issued, ...verifiers].map(({ name, value }, index) => ({ name: `${name} #${index}`, value }));
  personal = [
    { name: 'open_id', value: await tiktok.openId(person.id) },
    { name: 'display name', value: person.display_name },
    { name: 'user name', value: person.username },
    { name: 'biography', value: person.bio },
  ];
}, 180_000);

afterAll(async () => {
  await killLeftovers();
  await installation.close();
});

describe('after a whole life with unique secrets', () => {
  it('there is something to look for, and somewhere to look', async () => {
    expect(new Set(secrets.map(({ name }) => name.replace(/ #\d+$/, '')))).toEqual(
      new Set([
        ...['client secret', 'encryption key', 'API key', 'secret of the API key', 'state', 'flow cookie', 'connect link', 'PKCE verifier'],
        ...['session token', 'signature of a session token', 'code of TikTok', 'access of TikTok', 'refresh of TikTok'],
      ]),
    );
    expect(installation.answers().length).toBeGreaterThan(40);
    expect(installation.logs.map(({ text }) => text().length).reduce((all, one) => all + one)).toBeGreaterThan(10_000);
    const filled = dump.filter(({ text }) => text !== '').map(({ table }) => table);
    expect(filled).toEqual(expect.arrayContaining(['tiktok_connections.events', 'tiktok_connections.data_keys', 'public.user_tiktok_connections']));
    // The table for SQL readers shows names, so a search that works finds them, in rows and in files.
    const search = createSearch(personal);
    expect(dump.flatMap(({ table, text }) => search.inText(table, text)).map(({ canary }) => canary)).toContain('display name');
    expect((await search.inFolder(`${installation.folder}/data/postgres/base`)).map(({ canary }) => canary)).toContain('display name');
  });

  it('no log and no command prints a secret', () => {
    const search = createSearch(secrets);
    expect(installation.logs.flatMap(({ where, text }) => search.inText(where, text()))).toEqual([]);
  });

  it('no log names anything personal; only an auditor is shown it', () => {
    const search = createSearch(personal);
    const sightings = installation.logs.flatMap(({ where, text }) => search.inText(where, text()));
    expect(new Set(sightings.map(({ where }) => where))).toEqual(new Set(['the command history']));
  });

  it('no answer holds a secret but the one that hands it out', () => {
    const search = createSearch(secrets);
    const sightings = installation.answers().flatMap((answer) => {
      const mine = secrets.filter(({ value }) => installation.handedOut(answer).includes(value)).map(({ name }) => name);
      const text = JSON.stringify([answer.status, answer.headers, answer.setCookies, answer.body]);
      return search.inText(`${answer.method} ${answer.url}`, text).filter(({ canary }) => !mine.includes(canary));
    });
    expect(sightings).toEqual([]);
  });

  it('no table of the database holds a secret', () => {
    const search = createSearch(secrets);
    expect(dump.flatMap(({ table, text }) => search.inText(table, text))).toEqual([]);
  });

  it('no file holds a secret, neither data nor write-ahead log, and no log file anything personal', async () => {
    expect(await createSearch(secrets).inFolder(installation.folder)).toEqual([]);
    const shown = await createSearch(personal).inFolder(installation.folder);
    expect(shown.filter(({ where }) => where.endsWith('.log'))).toEqual([]);
  });
});
