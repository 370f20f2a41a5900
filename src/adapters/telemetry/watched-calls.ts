import { ResultAsync, type Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { EventStore } from '../../application/ports/event-store.ts';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { NewWebhook, WebhookIntake } from '../../application/ports/webhook-intake.ts';
import type { Tallies } from './tallies.ts';
import type { WorkLog } from './watched-work.ts';

/** Counts the events that were written. */
export const watchedStore = <Store extends EventStore>(store: Store, tallies: Pick<Tallies, 'events'>): Store => ({
  ...store,
  append: (...append) => store.append(...append).andTee(({ events }) => tallies.events(events.map(({ event }) => event))),
});

/** Counts the webhooks that were proved and taken in. */
export const watchedIntake = (intake: WebhookIntake, tallies: Pick<Tallies, 'webhookReceived'>): WebhookIntake => {
  // One step: TikTok waits for the answer, and each step of a chain of results takes turns of the microtasks.
  const storeAndCount = async (webhook: NewWebhook): Promise<Result<boolean, Unavailable>> => {
    const stored = await intake.store(webhook);
    tallies.webhookReceived(webhook.event, stored.isErr() ? 'failed' : stored.value ? 'stored' : 'repeated');
    return stored;
  };
  return { store: (webhook) => new ResultAsync(storeAndCount(webhook)) };
};

/** Counts calls of TikTok, and writes down those that failed with what TikTok's support asks for. */
export const watchedTikTok =
  (tallies: Pick<Tallies, 'tiktokCall'>, log: WorkLog): TikTokCallWatch =>
  (endpoint) => {
    const begun = performance.now();
    return ({ outcome, status, logId, code, reason }) => {
      const seconds = (performance.now() - begun) / 1_000;
      tallies.tiktokCall(endpoint, outcome, seconds);
      const line = { endpoint, outcome, status, code, reason, logId, millis: Math.round(seconds * 1_000) };
      if (outcome === 'ok') log.debug(line, 'TikTok answered');
      else log.warn(line, 'TikTok did not do what was asked');
    };
  };
