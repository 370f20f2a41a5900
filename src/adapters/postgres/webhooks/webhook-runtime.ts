import type pg from 'pg';
import type { WebhookHandler, WebhookOutcome } from '../../../application/webhooks/webhook-outcome.ts';
import { backoff, createLoop, type BackgroundLoop } from '../background-loop.ts';
import { wordsOf } from '../failure.ts';
import { createWebhookLeases, type WebhookLease } from './webhook-leases.ts';

export type WebhookRuntimeParts = Readonly<{
  pool: pg.Pool;
  /** Those that `handle` knows; others stay where they are. */
  events: readonly string[];
  handle: WebhookHandler;
  /** At a time, at most. */
  concurrency?: number;
  /** Longer than any handler takes; a handler that takes longer is run twice, which is harmless. */
  leaseMillis?: number;
  /** How long a webhook that another replica took in may go unnoticed. */
  pollMillis?: number;
  /** Milliseconds before another try, by how many there were. */
  pauseAfterAttempts?: (attempts: number) => number;
}>;

const untilNextTry = backoff(1_000, 300_000);
const breathMillis = 10;

/**
 * Webhooks that come in go first: TikTok waits for their answers. Takes are the further apart, and so the larger, the more
 * have come in since the last one.
 */
const betweenTakes = { leastMillis: 50, millisPerNewWebhook: 4, mostMillis: 1_000 } as const;

const pauseBehind = (newWebhooks: number): number =>
  Math.min(betweenTakes.mostMillis, Math.max(betweenTakes.leastMillis, newWebhooks * betweenTakes.millisPerNewWebhook));

/**
 * Works through the intake by leases: over all replicas one worker at a time has a webhook. One whose worker was killed is
 * leased again when its lease has run out.
 */
export const createWebhookRuntime = (parts: WebhookRuntimeParts): BackgroundLoop => {
  const { pool, events, handle, concurrency = 64, leaseMillis = 30_000, pollMillis = 1_000, pauseAfterAttempts = untilNextTry } = parts;
  const leases = createWebhookLeases(pool);
  const running = new Set<Promise<void>>();
  let lastError: string | null = null;
  let mayTakeAt = Number.NEGATIVE_INFINITY;
  let newWebhooks = 0;

  const outcomeOf = async ({ webhook }: WebhookLease): Promise<WebhookOutcome> => {
    try {
      return await handle(webhook);
    } catch (error) {
      return { kind: 'Retry', afterMillis: 0, reason: wordsOf(error) };
    }
  };

  const work = async (lease: WebhookLease): Promise<void> => {
    try {
      const outcome = await outcomeOf(lease);
      if (outcome.kind === 'Done') await leases.done(lease);
      else await leases.retry(lease, outcome.afterMillis + pauseAfterAttempts(lease.webhook.attempts), outcome.reason);
      lastError = null;
    } catch (error) {
      // The lease runs out by itself; then it is tried again.
      lastError = wordsOf(error);
    }
  };

  const run = (lease: WebhookLease): void => {
    const worked = work(lease).finally(() => {
      running.delete(worked);
      loop.wake();
    });
    running.add(worked);
  };

  const loop = createLoop({
    turn: async () => {
      const free = concurrency - running.size;
      if (free <= 0) return pollMillis;
      const early = mayTakeAt - performance.now();
      if (early > 0) return early;
      mayTakeAt = performance.now() + pauseBehind(newWebhooks);
      newWebhooks = 0;
      const taken = await leases.take(events, free, leaseMillis);
      taken.forEach(run);
      if (taken.length === free) return pollMillis;
      const due = await leases.nextDueMillis(events);
      return Math.min(pollMillis, Math.max(due ?? pollMillis, breathMillis));
    },
    pauseAfterFailure: backoff(100, 5_000),
  });

  return {
    start: () => loop.start(),
    stop: async () => {
      await loop.stop();
      await Promise.all(running);
    },
    wake: () => {
      newWebhooks += 1;
      loop.wake();
    },
    health: () => ({ running: loop.health().running, lastError: loop.health().lastError ?? lastError }),
  };
};
