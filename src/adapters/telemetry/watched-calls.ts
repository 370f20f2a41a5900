import type { EventStore } from '../../application/ports/event-store.ts';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { WebhookIntake } from '../../application/ports/webhook-intake.ts';
import type { Tallies } from './tallies.ts';
import type { WorkLog } from './watched-work.ts';

/** Counts the events that were written. */
export const watchedStore = <Store extends EventStore>(store: Store, tallies: Pick<Tallies, 'events'>): Store => ({
  ...store,
  append: (...append) => store.append(...append).andTee(({ events }) => tallies.events(events.map(({ event }) => event))),
});

/** Counts the webhooks that were proved and taken in. */
export const watchedIntake = (intake: WebhookIntake, tallies: Pick<Tallies, 'webhookReceived'>): WebhookIntake => ({
  store: (webhook) =>
    intake
      .store(webhook)
      .andTee((isNew) => tallies.webhookReceived(webhook.event, isNew ? 'stored' : 'repeated'))
      .orTee(() => tallies.webhookReceived(webhook.event, 'failed')),
});

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
