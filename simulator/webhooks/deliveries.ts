import { setTimeout as wait } from 'node:timers/promises';
import { dice } from '../world/draw.ts';
import type { World } from '../world/world.ts';
import { signatureHeader, webhookText, type Webhook } from './webhook.ts';

export type Try = Readonly<{ at: string; status: number | null; error: string | null }>;

export type Delivery = {
  readonly id: number;
  readonly webhook: Webhook;
  readonly url: string;
  status: 'held' | 'waiting' | 'delivered' | 'given_up';
  readonly tries: Try[];
};

export type Order = 'as_sent' | 'reversed' | 'shuffled';

/** Sends webhooks to the apps they are for, again and again until they are answered with 200, as TikTok does. */
export interface Deliveries {
  /** Takes what the world has to tell. */
  flush(): void;
  /** Apps without an address are told nothing. @returns what will be sent */
  send(webhook: Webhook, how?: Readonly<{ copies?: number; delayMs?: number }>): readonly Delivery[];
  /** Lets go of what was held. */
  release(order: Order): readonly Delivery[];
  all(): readonly Delivery[];
  /** Forgets everything, also what is still to be sent. */
  clear(): void;
}

const tryLimit = 12;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
const answerLimitMs = 10_000;
const kept = 20_000;

const shuffled = (deliveries: readonly Delivery[], seed: string): readonly Delivery[] => {
  const roll = dice(seed, 'webhooks', deliveries[0]?.id ?? 0);
  return deliveries
    .map((delivery) => ({ delivery, place: roll() }))
    .sort((a, b) => a.place - b.place)
    .map(({ delivery }) => delivery);
};

/** @param stopping ends whatever is under way */
export function createDeliveries(world: World, stopping: AbortSignal): Deliveries {
  let deliveries: Delivery[] = [];
  let lastId = 0;
  let clearing = new AbortController();

  const post = async ({ webhook, url }: Delivery, signal: AbortSignal): Promise<Try> => {
    // Signed anew each time, by the real clock: whoever checks it has no other.
    const app = world.apps.get(webhook.clientKey);
    const at = new Date();
    const body = webhookText(webhook);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'TikTok simulator',
      ...(app === undefined ? {} : { 'tiktok-signature': signatureHeader(app, Math.floor(at.getTime() / 1_000), body) }),
    };
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]) });
      await answer.body?.cancel();
      return { at: at.toISOString(), status: answer.status, error: null };
    } catch (problem) {
      return { at: at.toISOString(), status: null, error: problem instanceof Error ? problem.message : String(problem) };
    }
  };

  const tryOnce = async (delivery: Delivery, signal: AbortSignal): Promise<void> => {
    const tried = await post(delivery, signal);
    delivery.tries.push(tried);
    if (tried.status === 200) delivery.status = 'delivered';
  };

  const tryAgain = async (delivery: Delivery, signal: AbortSignal): Promise<void> => {
    for (let pause = firstPauseMs; delivery.status === 'waiting' && delivery.tries.length < tryLimit; pause = Math.min(pause * 2, longestPauseMs)) {
      await wait(pause, undefined, { signal });
      await tryOnce(delivery, signal);
    }
    if (delivery.status === 'waiting') delivery.status = 'given_up';
  };

  /** What was under way when everything ends is not tried again. */
  const unlessEnded = (signal: AbortSignal, work: Promise<void>): void => {
    work.catch((problem: unknown) => {
      if (!signal.aborted) throw problem;
    });
  };

  const begin = (delivery: Delivery, delayMs: number): void => {
    const signal = AbortSignal.any([stopping, clearing.signal]);
    const deliver = async (): Promise<void> => {
      delivery.status = 'waiting';
      if (delayMs > 0) await wait(delayMs, undefined, { signal });
      await tryOnce(delivery, signal);
      await tryAgain(delivery, signal);
    };
    unlessEnded(signal, deliver());
  };

  /** Each is tried once before the next one is, so that they arrive in this order. */
  const beginInOrder = (inOrder: readonly Delivery[]): void => {
    const signal = AbortSignal.any([stopping, clearing.signal]);
    const deliverAll = async (): Promise<void> => {
      for (const delivery of inOrder) delivery.status = 'waiting';
      for (const delivery of inOrder) {
        if (signal.aborted) return;
        await tryOnce(delivery, signal);
        unlessEnded(signal, tryAgain(delivery, signal));
      }
    };
    unlessEnded(signal, deliverAll());
  };

  const send: Deliveries['send'] = (webhook, { copies = world.settings.webhooks.copies, delayMs = world.settings.webhooks.delayMs } = {}) => {
    const url = world.apps.get(webhook.clientKey)?.webhookUrl ?? null;
    if (url === null) return [];
    const made = Array.from({ length: copies }, (): Delivery => ({ id: (lastId += 1), webhook, url, status: 'held', tries: [] }));
    deliveries = [...deliveries, ...made].slice(-kept);
    if (!world.settings.webhooks.held) for (const delivery of made) begin(delivery, delayMs);
    return made;
  };

  return {
    flush: () => {
      for (const webhook of world.outbox.splice(0)) send(webhook);
    },
    send,
    release: (order) => {
      const held = deliveries.filter(({ status }) => status === 'held');
      const inOrder = order === 'shuffled' ? shuffled(held, world.seed) : order === 'reversed' ? held.toReversed() : held;
      beginInOrder(inOrder);
      return inOrder;
    },
    all: () => deliveries,
    clear: () => {
      clearing.abort();
      clearing = new AbortController();
      deliveries = [];
    },
  };
}
