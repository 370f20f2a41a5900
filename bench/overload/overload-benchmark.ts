import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { z } from 'zod';
import { compare } from '../harness/comparison.ts';
import { exactly, figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';
import { median } from '../harness/statistics.ts';
import { benchClient } from '../histories/connection-history.ts';
import { putLoadOn } from '../service/http-load.ts';
import { benchClientSecret, makeApiKey, startOurService } from '../service/our-service.ts';
import { projectedPaths } from '../service/projected-paths.ts';

const events = 10_000;
/** So many callers, each waiting for its answer, get the most out of the service; more of them wait longer and get no more. */
const peakCallers = 64;
/** More than the service lets be under way, so that no request waits for a connection before it is sent. */
const connections = 2_500;
/** Costs the service many times what it costs the load program: both share the processors, and twice the pace must be the service's load. */
const paths = ['/v1/connections?limit=50'];
const limitMillis = 1_000;
const loadProgram = join(import.meta.dirname, 'paced-load-program.ts');

const outcome = z.object({
  good: z.number(),
  late: z.number(),
  turnedAway: z.number(),
  other: z.number(),
  unsent: z.number(),
  goodPerSecond: z.number(),
  goodP99: z.number().nullable(),
  turnedAwayP99: z.number().nullable(),
});
type Outcome = z.output<typeof outcome>;

const signedWebhook = (): RequestInit => {
  const seconds = Math.floor(Date.now() / 1_000);
  const content = JSON.stringify({ publish_id: `v_pub_file~v2-1.${randomUUID()}`, publish_type: 'DIRECT_PUBLISH' });
  const body = JSON.stringify({ client_key: benchClient, event: 'post.publish.complete', create_time: seconds, user_openid: '-000made-up', content });
  const signature = createHmac('sha256', benchClientSecret).update(`${seconds}.${body}`).digest('hex');
  return { method: 'POST', body, headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${seconds},s=${signature}` } };
};

const statusOf = async (url: string, options: RequestInit): Promise<number> => {
  const answer = await fetch(url, options);
  await answer.body?.cancel();
  return answer.status;
};

/** What comes besides, while there is too much to do: webhooks, and files. */
const besides = async (url: string, authorization: string, times: number, afterMillis: number): Promise<Readonly<{ webhooks: readonly number[]; uploads: readonly number[] }>> => {
  const webhooks: number[] = [];
  const uploads: number[] = [];
  const upload = (): RequestInit => ({ method: 'POST', body: new Uint8Array(1_000), headers: { authorization, 'content-type': 'video/mp4' } });
  // Once the load is there.
  await pauseFor(afterMillis);
  for (let each = 0; each < times; each += 1) {
    webhooks.push(await statusOf(`${url}/webhooks/tiktok`, signedWebhook()));
    uploads.push(await statusOf(`${url}/v1/media`, upload()));
  }
  return { webhooks, uploads };
};

const findings = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  await using database = await histories.open(events);
  const authorization = `Bearer ${await makeApiKey(database.url, 'connections:read,publish')}`;
  await using service = await startOurService(database.url);
  await projectedPaths(database.pool, events / 10);
  const millis = quick ? 1_000 : 3_000;
  const peaks: number[] = [];
  const outcomes: Outcome[] = [];
  const seen: { webhooks: number[]; uploads: number[] } = { webhooks: [], uploads: [] };

  const atPeak = async (): Promise<number> => {
    const { perSecond } = await putLoadOn({ url: service.url, paths, authorization, connections: peakCallers, millis });
    peaks.push(perSecond);
    return perSecond;
  };
  const atTwice = async (): Promise<number> => {
    const perSecond = 2 * (peaks.length === 0 ? await atPeak() : median(peaks));
    const load = { url: service.url, paths, authorization, perSecond, connections, millis, limitMillis };
    const running = runProgram(loadProgram, [JSON.stringify(load)]);
    const [printed, others] = await Promise.all([running, besides(service.url, authorization, quick ? 2 : 5, millis / 2)]);
    seen.webhooks.push(...others.webhooks);
    seen.uploads.push(...others.uploads);
    const measured = outcome.parse(JSON.parse(printed));
    outcomes.push(measured);
    return measured.goodPerSecond;
  };
  const comparison = await compare({
    unit: 'good answers/s',
    rounds: quick ? 3 : 11,
    ours: { name: 'asked twice as much as it can', round: atTwice },
    baselines: [{ name: 'at its peak', round: atPeak }],
  });
  const worst = (pick: (measured: Outcome) => number | null): number => Math.max(...outcomes.map((measured) => pick(measured) ?? 0));
  const sum = (pick: (measured: Outcome) => number): number => outcomes.reduce((total, measured) => total + pick(measured), 0);
  return [
    ...comparison.ratios.map((ratio) => ratioFinding(`answers within ${limitMillis} ms`, comparison, ratio, { atLeast: 0.9 })),
    figure('p99 of good answers, the worst round', 'ms', worst(({ goodP99 }) => goodP99), null, { good: sum(({ good }) => good), late: sum(({ late }) => late), turnedAway: sum(({ turnedAway }) => turnedAway), unsent: sum(({ unsent }) => unsent) }),
    figure('p99 of what is turned away, the worst round', 'ms', worst(({ turnedAwayP99 }) => turnedAwayP99)),
    ...exactly('answers that are neither 200 nor 503', 'answers', sum(({ other }) => other), 0),
    ...exactly('webhooks not taken meanwhile', 'webhooks', seen.webhooks.filter((status) => status !== 200).length, 0),
    figure('files turned away meanwhile', 'ratio', seen.uploads.filter((status) => status === 503).length / seen.uploads.length, null, { asked: seen.uploads.length }),
  ];
};

export const overloadBenchmark: Benchmark = { name: 'overload', title: 'GET /v1/connections at twice the pace that the service can keep', run: findings };
