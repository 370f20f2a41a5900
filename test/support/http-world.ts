import { z } from 'zod';
import type { HttpDeps, HttpSettings } from '../../src/adapters/http/http-deps.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { simulatedApp, startSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { TestHttp } from './http-app.ts';
import { createTestHttp } from './http-app.ts';
import { createHttpParts, testClient, testSettings } from './http-parts.ts';
import { createMigratedDatabase, type MigratedDatabase } from './projection-database.ts';

export interface HttpWorld {
  readonly http: TestHttp;
  readonly simulator: Simulator;
  readonly database: MigratedDatabase;
  readonly parts: Omit<HttpDeps, 'logger'>;
  /** Another application over the same parts, some of them exchanged. */
  another(changed: Partial<Omit<HttpDeps, 'logger'>>): Promise<TestHttp>;
  /** Sends JSON to the simulator's control endpoint. */
  control(path: string, body: unknown): Promise<unknown>;
  /** What a person does on TikTok's page; answers the address TikTok sends the browser back to. */
  consent(authorizeUrl: string, choice?: Readonly<{ account?: string; scopes?: readonly string[]; cancel?: boolean }>): Promise<URL>;
  close(): Promise<void>;
}

/** A database, TikTok's stand-in and the application between them. */
export const createHttpWorld = async (settings: Partial<HttpSettings> = {}): Promise<HttpWorld> => {
  const database = await createMigratedDatabase();
  const publicUrl = settings.publicUrl ?? testSettings.publicUrl;
  const simulator = await startSimulator({
    quiet: true,
    apps: [
      simulatedApp({ clientKey: testClient.key, clientSecret: testClient.secret, redirectUris: [`${publicUrl}/api/tiktok/auth/callback`] }),
    ],
  });
  const eventStore = createPostgresEventStore({ pool: database.pool, url: database.url });
  const { parts, projectors } = createHttpParts({
    pool: database.pool,
    eventStore,
    tiktok: simulator,
    settings: { imageOrigins: [simulator.url], ...settings },
  });
  projectors.start();
  const apps: TestHttp[] = [];
  const another = async (changed: Partial<Omit<HttpDeps, 'logger'>>): Promise<TestHttp> => {
    const made = await createTestHttp({ ...parts, ...changed });
    apps.push(made);
    return made;
  };
  const http = await another({});
  const control = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${simulator.controlUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the simulator refused ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    http,
    simulator,
    database,
    parts,
    another,
    control,
    consent: async (url, choice = {}) => {
      const { callback_url } = z
        .object({ callback_url: z.string() })
        .parse(await control('/authorize', { url, account: 'ada', ...choice }));
      return new URL(callback_url);
    },
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await simulator.stop();
      await projectors.stop();
      await eventStore.close();
      await database.drop();
    },
  };
};

/** One in which everybody can name themselves. */
export const createDevelopmentWorld = (): Promise<HttpWorld> => createHttpWorld({ developmentPrincipals: true });
