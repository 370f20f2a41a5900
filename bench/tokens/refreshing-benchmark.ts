import { setTimeout as pauseFor } from 'node:timers/promises';
import { okAsync, ResultAsync } from 'neverthrow';
import { pino } from 'pino';
import { createWorkLeases } from '../../src/adapters/postgres/work-lists/work-leases.ts';
import type { RefreshAnswer, TikTokAuthorization, TikTokTokens, TikTokUsers } from '../../src/application/ports/tiktok.ts';
import { workKinds } from '../../src/application/work-lists/work-kinds.ts';
import { assemble } from '../../src/composition/assemble.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { openId } from '../../src/domain/values/ids.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { figure, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { quantile } from '../harness/statistics.ts';
import { benchKeySetting } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';
import { writeLivingConnections } from './living-connections.ts';

const providerMillis = 20;
const hour = 3_600_000;

/** Answers every refresh after 20 ms. */
const slowTikTok = (counted: { refreshes: number }): TikTokAuthorization & TikTokTokens & TikTokUsers => {
  const answer = async (number: string): Promise<RefreshAnswer> => {
    await pauseFor(providerMillis);
    counted.refreshes += 1;
    return {
      accessToken: secret(`bench-access-${number}-again`),
      refreshToken: secret(`refresh/${number}`),
      openId: openId(`open-${number}`),
      scopes: [scope('user.info.basic'), scope('video.publish')],
      expiresIn: 86_400,
      refreshExpiresIn: 15_552_000,
      logId: null,
    };
  };
  const notAsked = (): never => {
    throw new Error('this is not measured');
  };
  return {
    usesPkce: false,
    authorizeUrl: notAsked,
    exchangeCode: notAsked,
    userInfo: notAsked,
    revoke: () => okAsync(undefined),
    refresh: (token) => ResultAsync.fromSafePromise(answer(token.reveal().split('/')[1] ?? '')),
  };
};

const throughput = async (serverUrl: string, connections: number): Promise<Finding> => {
  await using database = await createBenchDatabase(serverUrl);
  // Due for refreshing, and not yet for the daily look.
  await writeLivingConnections(database.pool, connections, 2 * hour, 1.9 * hour);
  const settings = readSettings({
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    PUBLIC_URL: 'https://bench.example',
    TIKTOK_CLIENT_KEY: benchClient,
    TIKTOK_CLIENT_SECRET: 'a-secret-of-nobody',
    TIKTOK_TOKEN_ENCRYPTION_KEY: benchKeySetting,
    AUTH_JWKS_URL: 'https://identity.example/jwks',
    AUTH_ISSUER: 'https://identity.example',
    AUTH_AUDIENCE: 'bench',
  })._unsafeUnwrap();
  const counted = { refreshes: 0 };
  const tiktokSide = { clientKey: benchClient, clientSecret: secret('a-secret-of-nobody'), previousClientSecret: null, authorizeUrl: 'https://tiktok.example', apiUrl: 'https://tiktok.example', simulatorUrl: null, stop: () => Promise.resolve() };
  const container = assemble({ settings, databaseUrl: secret(database.url), tiktokSide, log: pino({ level: 'silent' }) });
  container.provide('tiktok', () => slowTikTok(counted));
  container.get('projectors').start();
  const listed = async (): Promise<number> => (await database.pool.query(`select from tiktok_connections.work_items where kind = 'refresh'`)).rowCount ?? 0;
  while ((await listed()) < connections) await pauseFor(100);
  const begun = performance.now();
  container.get('work').start();
  while (counted.refreshes < connections * 0.95 && performance.now() - begun < 120_000) await pauseFor(5);
  const seconds = (performance.now() - begun) / 1_000;
  const perSecond = counted.refreshes / seconds;
  await container.get('work').stop();
  await container.get('projectors').stop();
  await container.get('eventStore').close();
  await container.get('pool').end();
  return figure(`refreshes against a provider that takes ${providerMillis} ms`, 'refreshes/s', perSecond, { atLeast: 500 }, { connections, seconds });
};

const fill = (connections: number): string => `
  insert into tiktok_connections.work_items (kind, subject, connection_id, life, revision, due_at, runnable_at)
  select kind, id::text, id, 1, 1, at, at from (
    select kind, gen_random_uuid() as id, clock_timestamp() + (random() * 86400 - 60) * interval '1 second' as at
    from generate_series(1, ${connections}) as n, unnest(array['refresh', 'validate']) as kind
  ) as made`;

const findingDue = async (serverUrl: string, connections: number): Promise<Finding> => {
  await using database = await createBenchDatabase(serverUrl);
  await database.prepare(fill(connections));
  await database.prepare('vacuum (analyze) tiktok_connections.work_items');
  const leases = createWorkLeases(database.pool);
  const millis: number[] = [];
  for (let turn = 0; turn < 1_000; turn += 1) {
    const begun = performance.now();
    const taken = await leases.take(workKinds, 4, 30_000);
    millis.push(performance.now() - begun);
    for (const lease of taken) await leases.later(lease, hour);
  }
  return figure(`finding due work at ${connections} connections, p99`, 'ms', quantile(millis, 0.99), { atMost: 5 }, { p50: quantile(millis, 0.5) });
};

export const refreshingBenchmark: Benchmark = {
  name: 'refreshing',
  title: 'tokens kept alive in the background',
  run: async ({ serverUrl, quick }: Bench) => [await throughput(serverUrl, quick ? 1_000 : 8_000), await findingDue(serverUrl, quick ? 100_000 : 1_000_000)],
};
