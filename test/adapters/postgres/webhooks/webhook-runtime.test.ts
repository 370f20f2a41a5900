import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createWebhookIntake } from '../../../../src/adapters/postgres/webhooks/postgres-webhook-intake.ts';
import { createWebhookRuntime } from '../../../../src/adapters/postgres/webhooks/webhook-runtime.ts';
import type { NewWebhook } from '../../../../src/application/ports/webhook-intake.ts';
import { sealed } from '../../../../src/domain/values/sealed.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { watchStatements, type SentStatements } from '../../../support/sent-statements.ts';

const event = 'post.publish.complete';

let database: MigratedDatabase;
let sent: SentStatements;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => {
  sent = watchStatements();
});
afterEach(() => sent[Symbol.dispose]());
afterAll(() => database.drop());

const newWebhook = (): NewWebhook => ({
  digest: createHash('sha256').update(randomUUID()).digest('hex'),
  event,
  connectionId: null,
  body: sealed('a sealed body'),
  toBeHandled: true,
  traceparent: null,
});

test('while many webhooks come in few takes are made, and all are worked on once', async () => {
  const intake = createWebhookIntake(database.pool);
  const handled: string[] = [];
  const runtime = createWebhookRuntime({
    pool: database.pool,
    events: [event],
    handle: async ({ digest }) => {
      handled.push(digest);
      return { kind: 'Done' };
    },
  });
  const comeIn = async (millis: number): Promise<number> => {
    const end = performance.now() + millis;
    let count = 0;
    while (performance.now() < end) {
      const stored = await Promise.all(Array.from({ length: 20 }, () => intake.store(newWebhook())));
      stored.forEach((each) => {
        expect(each._unsafeUnwrap()).toBe(true);
        runtime.wake();
      });
      count += stored.length;
      await pauseFor(10);
    }
    return count;
  };
  runtime.start();
  try {
    const stored = await comeIn(2_500);
    // Every 50 ms it would be about fifty.
    expect(sent.of(['webhook_leases.take']).length).toBeLessThanOrEqual(12);
    await vi.waitFor(() => expect(handled).toHaveLength(stored), { timeout: 25_000, interval: 50 });
    expect(new Set(handled).size).toBe(stored);
  } finally {
    await runtime.stop();
  }
});
