import { describe, expect, it } from 'vitest';
import { simulatorControl } from '../support/simulator-control.ts';
import { openPoster, type Answered, type Poster } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const chunkSize = 'The chunk size is invalid';
const chunkCount = 'The total chunk count is invalid';

const unlimited = async (megabyte: string): Promise<Poster> => {
  const simulator = await startedSimulator();
  const tiktok = simulatorControl(simulator.url);
  await tiktok.withoutWaiting();
  await tiktok.changeSettings({ publishing: { megabyte } });
  await tiktok.changeAccount('ada', { posting: { daily_post_cap: 1_000 } });
  return openPoster(simulator);
};
const words = ({ error }: Answered): string => (error.code === 'ok' ? 'ok' : error.message);

/** Size, chunk, count, and what TikTok says of it. */
const plans: readonly (readonly [number, number, number, string])[] = [
  [1, 1, 1, 'ok'],
  [3_145_728, 3_145_728, 1, 'ok'],
  [4_999_999, 4_999_999, 1, 'ok'],
  [4_999_999, 4_000_000, 1, chunkSize],
  [5_000_000, 5_000_000, 1, 'ok'],
  [50_000_123, 10_000_000, 5, 'ok'],
  [50_000_123, 10_000_000, 6, chunkCount],
  [23_000_000, 10_000_000, 3, chunkCount],
  [23_000_000, 10_000_000, 1, chunkCount],
  [23_000_000, 12_000_000, 1, chunkSize],
  [63_999_999, 63_999_999, 1, 'ok'],
  [64_000_000, 64_000_000, 1, 'ok'],
  [64_000_001, 64_000_001, 1, chunkSize],
  [64_000_001, 10_000_000, 6, 'ok'],
  [67_108_864, 10_000_000, 6, 'ok'],
  [67_108_864, 67_108_864, 1, chunkSize],
  [67_108_865, 64_000_000, 1, chunkSize],
  [128_000_000, 64_000_000, 2, 'ok'],
  [127_999_999, 64_000_000, 1, chunkSize],
  [158_000_000, 5_242_880, 30, 'ok'],
  [158_000_000, 5_242_879, 30, chunkSize],
  [121_000_000, 67_108_864, 1, chunkSize],
  [4_294_967_296, 10_000_000, 429, 'ok'],
  [4_294_967_297, 10_000_000, 429, 'The video size is invalid'],
];

describe('a chunk plan', () => {
  it.each(plans)('of %d bytes in chunks of %d, %d of them: %s', async (size, chunk, count, said) => {
    const answer = await (await unlimited('strict')).init(size, { size: chunk, count });
    expect([answer.http, words(answer)]).toEqual([said === 'ok' ? 200 : 400, said]);
  });

  it('is measured in millions of bytes, or in mebibytes, where the settings say so', async () => {
    const [decimal, binary] = [await unlimited('decimal'), await unlimited('binary')];
    expect(words(await decimal.init(20_000_000, { size: 5_000_000, count: 4 }))).toBe('ok');
    expect(words(await decimal.init(67_108_864, { size: 67_108_864, count: 1 }))).toBe(chunkSize);
    expect(words(await binary.init(20_000_000, { size: 5_000_000, count: 4 }))).toBe(chunkSize);
    expect(words(await binary.init(67_108_864, { size: 67_108_864, count: 1 }))).toBe('ok');
    expect(words(await binary.init(67_108_865, { size: 67_108_865, count: 1 }))).toBe(chunkSize);
  });

  it.each([
    { source: 'FILE_UPLOAD', video_size: 0, chunk_size: 0, total_chunk_count: 0 },
    { source: 'FILE_UPLOAD', video_size: 10.5, chunk_size: 10.5, total_chunk_count: 1 },
    { source: 'FILE_UPLOAD', video_size: '10', chunk_size: 10, total_chunk_count: 1 },
    { source: 'FILE_UPLOAD', video_size: 10 },
    { source: 'PULL_FROM_URL' },
    { source: 'ELSEWHERE' },
    undefined,
  ])('is refused when it is none: %j', async (source_info) => {
    const answer = await (await unlimited('strict')).ask('video/init', { post_info: { privacy_level: 'SELF_ONLY' }, source_info });
    expect(answer).toMatchObject({ http: 400, error: { code: 'invalid_params', message: 'The request source info is empty or incorrect' } });
  });
});
