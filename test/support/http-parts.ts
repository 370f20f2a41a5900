import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabaseClock } from '../../src/adapters/postgres/postgres-database-clock.ts';
import { createRequestLimiter } from '../../src/application/limiting/limit-requests.ts';
import { createProviderGate } from '../../src/application/tokens/provider-gate.ts';
import type pg from 'pg';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { eventChain } from '../../src/adapters/event-store/codec/hash-chain.ts';
import { keyringOf } from '../../src/adapters/crypto/keyring.ts';
import { createDraining } from '../../src/adapters/http/draining.ts';
import { createShedding } from '../../src/adapters/http/overload/shedding.ts';
import type { HttpDeps, HttpSettings } from '../../src/adapters/http/http-deps.ts';
import { createAddressRules } from '../../src/adapters/outbound/address-rules.ts';
import { createGuardedDispatcher } from '../../src/adapters/outbound/guarded-dispatcher.ts';
import { createDiskMediaLibrary } from '../../src/adapters/media/disk-media-library.ts';
import { createConnectionsProjector } from '../../src/adapters/postgres/connections/connections-projector.ts';
import { createConnections } from '../../src/adapters/postgres/connections/postgres-connections.ts';
import { createApiKeys } from '../../src/adapters/postgres/postgres-api-keys.ts';
import { createAuthorizationAttempts } from '../../src/adapters/postgres/postgres-authorization-attempts.ts';
import { createConnectSessions } from '../../src/adapters/postgres/postgres-connect-sessions.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import { createIdempotencyRecords } from '../../src/adapters/postgres/postgres-idempotency-records.ts';
import { createPersonalRecords } from '../../src/adapters/postgres/postgres-personal-records.ts';
import { createSharedUses } from '../../src/adapters/postgres/postgres-shared-uses.ts';
import { createPublishQuotas } from '../../src/adapters/postgres/postgres-publish-quotas.ts';
import { createPublications } from '../../src/adapters/postgres/publications/postgres-publications.ts';
import { createPublicationsProjector } from '../../src/adapters/postgres/publications/publications-projector.ts';
import { createMediaRecords } from '../../src/adapters/postgres/media/postgres-media-records.ts';
import { createProjectionProgress } from '../../src/adapters/postgres/postgres-projection-progress.ts';
import { createProgressBoard } from '../../src/adapters/postgres/projector/progress-board.ts';
import { createProjectorRuntime, type ProjectorRuntime } from '../../src/adapters/postgres/projector/projector-runtime.ts';
import { createSecurityLog } from '../../src/adapters/postgres/postgres-security-log.ts';
import { createSecurityLogPages } from '../../src/adapters/postgres/postgres-security-log-pages.ts';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../src/adapters/system/system-ids.ts';
import { createPublishingClient } from '../../src/adapters/tiktok/publishing-client.ts';
import { createTikTokClient } from '../../src/adapters/tiktok/tiktok-client.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';
import { createWebhookIntake } from '../../src/adapters/postgres/webhooks/postgres-webhook-intake.ts';
import { createTikTokWebhooks } from '../../src/adapters/tiktok/webhooks.ts';
import { webhookBodies } from '../../src/application/webhooks/sealed-body.ts';
import { clientKey } from '../../src/domain/values/ids.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { secret } from '../../src/domain/values/secret.ts';

export type TikTokAddresses = Readonly<{ authorizeUrl: string; apiUrl: string }>;

export const testSettings: HttpSettings = {
  developmentPrincipals: false,
  publicUrl: 'https://connect.example',
  returnUrl: 'https://connect.example/dashboard/account',
  returnUrlAllowlist: ['https://connect.example/dashboard/account', 'https://app.example/settings'],
  corsOrigins: ['https://app.example'],
  trustProxy: false,
  authCookie: '__session',
  imageOrigins: [],
};

export const testClient = { key: 'awsimulated00001', secret: 'simulated-client-secret-00000001', previousSecret: 'simulated-client-secret-00000000' } as const;

/** No test but those about it meets the limit. */
const generous = { requests: 1_000_000, windowMillis: 60_000 };

export type PartsOptions = Readonly<{
  pool: pg.Pool;
  eventStore: EventStore;
  tiktok: TikTokAddresses;
  settings?: Partial<HttpSettings>;
  /** Where uploads go; a folder of its own where a test is about them. */
  mediaDir?: string;
}>;

export type HttpParts = Readonly<{
  parts: Omit<HttpDeps, 'logger'>;
  /** Fills the read model, once started. */
  projectors: ProjectorRuntime;
}>;

/** Everything the HTTP side stands on. Opens and starts nothing. */
export const createHttpParts = ({ pool, eventStore, tiktok, settings: changed = {}, mediaDir = join(tmpdir(), 'tiktok-connections-media-of-tests') }: PartsOptions): HttpParts => {
  const settings = { ...testSettings, ...changed };
  const sealer = createSealer({ keyring: keyringOf(['test', Buffer.alloc(32, 7)]), records: createDataKeyRecords(pool) });
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [tiktok.apiUrl] });
  const client = createTikTokClient({
    clientKey: clientKey(testClient.key),
    clientSecret: secret(testClient.secret),
    redirectUri: `${settings.publicUrl}/api/tiktok/auth/callback`,
    pkce: 'hex',
    authorizeUrl: tiktok.authorizeUrl,
    apiUrl: tiktok.apiUrl,
    dispatcher,
  });
  const posts = createPublishingClient({ apiUrl: tiktok.apiUrl, dispatcher });
  const media = createDiskMediaLibrary({ path: mediaDir, maxBytes: 2 ** 20, keptMillis: 3_600_000 }, createMediaRecords(pool));
  const connections = createConnections(pool);
  const board = createProgressBoard();
  const shared = {
    attempts: createAuthorizationAttempts(pool),
    sessions: createConnectSessions(pool),
    securityLog: createSecurityLog(pool),
    progress: createProjectionProgress({ pool, board, projections: ['connections', 'publications'] }),
    databaseClock: createDatabaseClock(pool),
    connections,
    eventStore,
    sealer,
    tiktok: client,
    ids: systemIds,
    clock: systemClock,
    settings: {
      clientKey: clientKey(testClient.key),
      defaultScopes: [scope('user.info.basic'), scope('video.publish')],
      publicUrl: settings.publicUrl,
      returnUrl: settings.returnUrl,
      returnUrlAllowlist: settings.returnUrlAllowlist,
    },
  };
  const tokens = { ...shared, warmTokens: null, gate: createProviderGate(systemClock), underWay: new Map() };
  const parts: Omit<HttpDeps, 'logger'> = {
    connecting: shared,
    completing: shared,
    unbinding: shared,
    erasing: { ...shared, personalRecords: createPersonalRecords(pool), media },
    tokens,
    publishing: {
      ...tokens,
      publishing: posts,
      videos: posts,
      quotas: createPublishQuotas(pool),
      media,
      addresses: createAddressRules(['media.example.com']),
    },
    publications: createPublications(pool, sealer),
    auditing: { ...shared, eventChain, securityLogPages: createSecurityLogPages(pool) },
    webhooks: {
      clientKey: clientKey(testClient.key),
      webhooks: createTikTokWebhooks([secret(testClient.secret), secret(testClient.previousSecret)]),
      bodies: webhookBodies(sealer),
      intake: createWebhookIntake(pool),
      ids: systemIds,
      clock: systemClock,
      wake: () => undefined,
    },
    media,
    connections,
    apiKeys: createApiKeys(pool, systemClock),
    idempotency: createIdempotencyRecords(pool),
    ids: systemIds,
    clock: systemClock,
    verifyUserToken: null,
    rateLimits: { limit: generous, limiter: createRequestLimiter(generous, { sharedUses: createSharedUses(pool), clock: systemClock }) },
    settings,
    draining: createDraining(systemClock),
    shedding: createShedding(systemClock),
    readiness: () => Promise.resolve({ status: 'ok', parts: {} }),
    metrics: null,
  };
  const folded = [createConnectionsProjector({ sealer, clientKey: clientKey(testClient.key) }), createPublicationsProjector()];
  return { parts, projectors: createProjectorRuntime({ pool, eventStore, projectors: folded, board }) };
};
