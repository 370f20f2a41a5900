import type { LeasedWork, WorkHandler, WorkOutcome } from '../../application/work-lists/work-handler.ts';
import type { LeasedWebhook } from '../../application/ports/webhook-intake.ts';
import type { WebhookHandler, WebhookOutcome } from '../../application/webhooks/webhook-outcome.ts';
import { unmatched } from '../../application/webhooks/webhook-outcome.ts';
import type { Tallies } from './tallies.ts';
import { causeOf } from './work-cause.ts';

/** Where lines about background work go. Details hold ids and reasons, nothing of what is sealed. */
export interface WorkLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

type WorkWatch = Readonly<{ tallies: Pick<Tallies, 'work' | 'webhookHandled'>; log: WorkLog }>;

const failed = (error: unknown): string => (error instanceof Error ? error.name : 'something else than an error was thrown');

const secondsSince = (begun: number): number => (performance.now() - begun) / 1_000;
const millisOf = (seconds: number): number => Math.round(seconds * 10_000) / 10;

const endingOf = (outcome: WorkOutcome | WebhookOutcome) => ({
  outcome: outcome.kind.toLowerCase(),
  ...(outcome.kind === 'Done' ? {} : { againInMillis: Math.round(outcome.afterMillis) }),
  ...(outcome.kind === 'Retry' ? { reason: outcome.reason } : {}),
});

const workLine = (work: LeasedWork) => {
  const { kind, subject, connectionId, attempts } = work;
  return { kind, subject, connectionId, causationId: causeOf(work), attempts };
};

/** Counts what a handler comes to, and writes it down: what was done, and what has to be tried again and why. */
export const watchedWork =
  ({ tallies, log }: WorkWatch, handler: WorkHandler): WorkHandler =>
  async (work, signal, stopping) => {
    const begun = performance.now();
    const ended = (outcome: WorkOutcome): void => {
      const seconds = secondsSince(begun);
      tallies.work(work.kind, outcome.kind, seconds);
      const line = { ...workLine(work), ...endingOf(outcome), millis: millisOf(seconds) };
      if (outcome.kind === 'Retry') log.warn(line, 'work to be tried again');
      else if (outcome.kind === 'Later') log.debug(line, 'work goes on later');
      else log.info(line, 'work done');
    };
    try {
      const outcome = await handler(work, signal, stopping);
      ended(outcome);
      return outcome;
    } catch (error) {
      ended({ kind: 'Retry', afterMillis: 0, reason: failed(error) });
      throw error;
    }
  };

const webhookLine = ({ id, event, connectionId, attempts }: LeasedWebhook) => ({ webhookId: id, event, connectionId, correlationId: `webhook:${id}`, attempts });

/** As `watchedWork`, for webhooks. One that fits nothing of ours waits for weeks, as it should. */
export const watchedWebhooks =
  ({ tallies, log }: WorkWatch, handler: WebhookHandler): WebhookHandler =>
  async (webhook) => {
    const begun = performance.now();
    const ended = (outcome: WebhookOutcome): void => {
      tallies.webhookHandled(webhook.event, outcome.kind === 'Done' ? 'done' : 'retry');
      const line = { ...webhookLine(webhook), ...endingOf(outcome), millis: millisOf(secondsSince(begun)) };
      if (outcome.kind === 'Done') log.info(line, 'webhook handled');
      else if (outcome.reason === unmatched) log.info(line, 'webhook fits no publication yet');
      else log.warn(line, 'webhook to be tried again');
    };
    try {
      const outcome = await handler(webhook);
      ended(outcome);
      return outcome;
    } catch (error) {
      ended({ kind: 'Retry', afterMillis: 0, reason: failed(error) });
      throw error;
    }
  };
