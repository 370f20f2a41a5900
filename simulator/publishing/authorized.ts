import { err, ok, type Result } from 'neverthrow';
import { readVisitor, scopeMissing, type Visitor } from '../display/visitor.ts';
import type { Answer } from '../wire/answer.ts';
import { bearerOf } from '../wire/bearer.ts';
import type { Call } from '../wire/call.ts';
import type { Simulation } from '../wire/endpoint.ts';
import { dataError } from '../wire/json-answer.ts';
import { exceedsRate } from './rate-limit.ts';

type Demand = Readonly<{
  /** What the calls of a minute are counted under. */
  endpoint: string;
  /** One of them is enough. */
  scopes: readonly string[];
  /** Calls a minute and token. */
  limit: number | null;
}>;

/** What all posting endpoints ask first: a living token (401), a scope (401), not too many calls (429). */
export function authorized({ world }: Simulation, call: Call, { endpoint, scopes, limit }: Demand): Result<Visitor, Answer> {
  return readVisitor(world, call).andThen((visitor) => {
    if (!scopes.some((scope) => visitor.access.scopes.includes(scope))) return err(scopeMissing(world, call));
    return exceedsRate(world, endpoint, bearerOf(call) ?? '', limit, call.at)
      ? err(dataError(world.settings, call, 'rate_limit_exceeded', 'The API rate limit was exceeded. Please try again later.'))
      : ok(visitor);
  });
}
