import { okAsync, type ResultAsync } from 'neverthrow';
import { connectionId } from '../../domain/values/ids.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { unavailable, type Unavailable } from '../failures.ts';
import type { HeldKey, OpenFailure, Sealer } from '../ports/sealer.ts';

/** No connection has this id: its slot holds the one data key of all webhook bodies. */
const slot = { connectionId: connectionId('00000000-0000-0000-0000-000000000000'), life: 1, purpose: 'content' } as const;

const fieldOf = (digest: string): string => `webhook:${digest}`;

export interface WebhookBodies {
  seal(digest: string, body: Secret<string>): ResultAsync<Sealed, Unavailable>;
  open(digest: string, body: Sealed): ResultAsync<Secret<string>, OpenFailure>;
}

/**
 * Webhook bodies are sealed under one data key of the whole service, which is fetched once and then held: a person's own
 * key would have to be looked up for each webhook before it could be stored, and a webhook may name nobody. A person's
 * bodies are erased by deleting them, together with the fences of that person's keys: unlike history, the intake can
 * forget. Each body opens only under the digest it was stored by. Rotation re-wraps this key like every other.
 */
export const webhookBodies = (sealer: Sealer): WebhookBodies => {
  let held: HeldKey | null = null;

  /** The slot is filled at first use; whoever comes second finds the same key. */
  const hold = (): ResultAsync<HeldKey, Unavailable> => {
    if (held !== null) return okAsync(held);
    return sealer
      .seal({ ...slot, field: 'first use' }, secret(''))
      .andThen(() => sealer.hold(slot))
      .map((key) => {
        held = key;
        return key;
      })
      .mapErr((failure) => (failure.kind === 'Unavailable' ? failure : unavailable('database', 'the key of webhook bodies cannot be used')));
  };

  return {
    seal: (digest, body) => (held === null ? hold().map((key) => key.seal(fieldOf(digest), body)) : okAsync(held.seal(fieldOf(digest), body))),
    open: (digest, body) => {
      const lookedUp = (): ResultAsync<Secret<string>, OpenFailure> => sealer.open({ context: { ...slot, field: fieldOf(digest) }, sealed: body });
      const opened = held?.open(fieldOf(digest), body);
      return opened?.isOk() === true ? okAsync(opened.value) : lookedUp();
    },
  };
};
