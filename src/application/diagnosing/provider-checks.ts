import type { Result } from 'neverthrow';
import { failure, fine, warning, type Finding } from './check.ts';

/** Milliseconds until any answer came, or why none did. */
export type Reach = (url: string) => Promise<Result<number, string>>;

export type Provider = Readonly<{ simulated: boolean; urls: readonly string[] }>;

/** Whether TikTok, or the simulator in its place, answers at all. Nothing is sent but a request for its addresses. */
export const checkProvider = async ({ simulated, urls }: Provider, reach: Reach): Promise<Finding> => {
  const silent: string[] = [];
  for (const origin of new Set(urls.map((url) => new URL(url).origin))) {
    const answer = await reach(origin);
    if (answer.isErr()) silent.push(`${origin} (${answer.error})`);
  }
  const name = simulated ? 'The simulator' : 'TikTok';
  if (silent.length === 0) return fine(`${name} answers.`);
  const detail = `${name} does not answer at ${silent.join(', ')}.`;
  if (simulated) return warning(detail, 'It runs together with `serve`, and alone by `npm run simulator`.');
  return failure(detail, 'Check the network, name resolution, a proxy or firewall between, and TIKTOK_AUTHORIZE_URL and TIKTOK_API_URL.');
};
