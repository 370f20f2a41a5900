import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { createKeyOpener } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createWarmTokens } from '../../src/adapters/postgres/postgres-warm-tokens.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import { createBenchDatabase, type BenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { benchKeyring } from '../histories/bench-keys.ts';
import { startBareService } from '../service/bare-service.ts';
import { putLoadOn } from '../service/http-load.ts';
import { makeApiKey, startOurService } from '../service/our-service.ts';
import { openBetterAuth } from './better-auth-tokens.ts';
import { writeLivingConnections } from './living-connections.ts';

const connections = 1_000;
const callers = 16;
const month = 30 * 86_400_000;

// An entry is prepared and never written: what is measured then is the way to the token alone.
const withoutLog = `
  alter table tiktok_connections.security_log disable trigger security_log_announces_entries;
  create function bench_drops_entries() returns trigger language plpgsql as 'begin return null; end';
  create trigger bench_drops_entries before insert on tiktok_connections.security_log for each row execute function bench_drops_entries();`;

const untilProjected = async (pool: pg.Pool): Promise<void> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { rowCount } = await pool.query('select from tiktok_connections.connections');
    if (rowCount === connections) return;
    if (performance.now() > deadline) throw new Error('the service did not project the history');
    await pauseFor(200);
  }
};

const route = async (database: BenchDatabase, ids: readonly ConnectionId[], quick: boolean): Promise<readonly Finding[]> => {
  const authorization = `Bearer ${await makeApiKey(database.url, 'tokens:read,connections:read')}`;
  await using ours = await startOurService(database.url, { TOKEN_REFRESH: 'lazy' });
  await using bare = await startBareService(database.url);
  await untilProjected(database.pool);
  const load = { authorization, connections: callers, millis: quick ? 500 : 2_000 };
  const service: Contestant = {
    name: 'access-token route',
    round: async () => (await putLoadOn({ ...load, url: ours.url, paths: ids.map((id) => `/v1/connections/${id}/access-token`), body: '{}' })).perSecond,
  };
  const baseline: Contestant = {
    name: 'bare fastify and pg read',
    round: async () => (await putLoadOn({ ...load, url: bare.url, paths: ids.map((id) => `/v1/connections/${id}`) })).perSecond,
  };
  const measured = async (what: string, atLeast: number): Promise<readonly Finding[]> => {
    const comparison = await compare({ unit: 'requests/s', rounds: quick ? 5 : 15, warmUpRounds: quick ? 1 : 4, ours: service, baselines: [baseline] });
    return comparison.ratios.map((ratio) => ratioFinding(what, comparison, ratio, { atLeast }));
  };
  const logged = await measured('with its log entry', 0.35);
  await database.prepare(withoutLog);
  return [...logged, ...(await measured('without the log', 0.7))];
};

const inProcess = async (database: BenchDatabase, other: BenchDatabase, ids: readonly ConnectionId[], quick: boolean): Promise<readonly Finding[]> => {
  const warm = createWarmTokens(database.pool, createKeyOpener(benchKeyring()));
  const theirs = await openBetterAuth(other.pool, connections);
  const millis = quick ? 300 : 1_000;
  const rate = async (ask: (place: number) => Promise<boolean>): Promise<number> => {
    const begun = performance.now();
    let asked = 0;
    const caller = async (): Promise<void> => {
      while (performance.now() - begun < millis) {
        if (!(await ask((asked += 1) % connections))) throw new Error('a token was not given');
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return asked / ((performance.now() - begun) / 1_000);
  };
  const ourWay = async (place: number): Promise<boolean> => {
    const id = ids[place];
    if (id === undefined) return false;
    const token = await warm.grant({ connectionId: id, stream: connectionStream(id), minValidityMillis: 60_000, principal: 'service:bench', reason: null });
    return token._unsafeUnwrap() !== null;
  };
  const comparison = await compare({
    unit: 'tokens/s',
    rounds: quick ? 5 : 15,
    ours: { name: 'ours', round: () => rate(ourWay) },
    baselines: [{ name: 'better-auth getAccessToken', round: () => rate(async (place) => (await theirs(place)) !== '') }],
  });
  return comparison.ratios.map((ratio) => ratioFinding('in process, without the log', comparison, ratio, { atLeast: 2.5 }));
};

export const accessTokenBenchmark: Benchmark = {
  name: 'access-token',
  title: 'POST /v1/connections/{id}/access-token, warm',
  run: async ({ serverUrl, quick }: Bench) => {
    await using database = await createBenchDatabase(serverUrl);
    await using other = await createBenchDatabase(serverUrl);
    const ids = await writeLivingConnections(database.pool, connections, month);
    return [...(await route(database, ids, quick)), ...(await inProcess(database, other, ids, quick))];
  },
};
