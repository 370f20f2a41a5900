import { err, ok, type Result } from 'neverthrow';
import type { Principal } from '../../../application/execution/principal.ts';
import type { IdempotencyKey } from '../../../application/ports/idempotency-records.ts';
import type { Ids } from '../../../application/ports/ids.ts';
import { secret } from '../../../domain/values/secret.ts';
import type { HttpDeps } from '../http-deps.ts';
import type { HttpFailure } from '../problems/failures.ts';

export type KeyedRequest = Readonly<{
  /** Null when the caller gave none: then the request simply runs. */
  key: string | null;
  /** Method and address pattern. */
  route: string;
  principal: Principal;
  /** Everything that makes this request what it is: parameters and body. */
  content: unknown;
}>;

export type Attempt<Value> = Readonly<{
  /** @param cause names the key, for the metadata of what is written; null without a key */
  run: (cause: string | null) => Promise<Result<Value, HttpFailure>>;
  resourceOf: (value: Value) => string;
  /** Renders what an earlier request made, as it is now. */
  again: (resource: string) => Promise<Result<Value, HttpFailure>>;
}>;

const causeOf = (ids: Ids, { scope, key }: IdempotencyKey): string => `idempotency:${ids.digest(secret(JSON.stringify([scope, key])))}`;

/** Whose key it is: one end user's on one route, or that of all service keys together. @param route method and address pattern */
export const keyScope = (route: string, principal: Principal): string =>
  `${route} ${principal.kind === 'user' ? `user:${principal.userId}` : 'service'}`;

/** Runs a write once per Idempotency-Key; a repeat gets the same resource, rendered anew. */
export const oncePerKey = async <Value>(
  { idempotency, ids }: Pick<HttpDeps, 'idempotency' | 'ids'>,
  request: KeyedRequest,
  attempt: Attempt<Value>,
): Promise<Result<Value, HttpFailure>> => {
  if (request.key === null) return attempt.run(null);
  const { principal, route } = request;
  const key = { scope: keyScope(route, principal), key: request.key };
  const claimed = await idempotency.claim(key, ids.digest(secret(JSON.stringify(request.content))));
  if (claimed.isErr()) return err(claimed.error);
  switch (claimed.value.kind) {
    case 'Completed':
      return attempt.again(claimed.value.resource);
    case 'Running':
      return err({ kind: 'KeyRunning' });
    case 'Reused':
      return err({ kind: 'KeyReused' });
    case 'Claimed':
      break;
  }
  const outcome = await attempt.run(causeOf(ids, key));
  if (outcome.isErr()) {
    // What failed is already decided; a claim that cannot be given back ends with its lease.
    await idempotency.release(key).unwrapOr(undefined);
    return err(outcome.error);
  }
  await idempotency.complete(key, attempt.resourceOf(outcome.value)).unwrapOr(undefined);
  return ok(outcome.value);
};
