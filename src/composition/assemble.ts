import { createKeyOpener, createSealer } from '../adapters/crypto/aes-gcm-sealer.ts';
import { createAddressRules } from '../adapters/outbound/address-rules.ts';
import { createConnectionsProjector } from '../adapters/postgres/connections/connections-projector.ts';
import { createConnections } from '../adapters/postgres/connections/postgres-connections.ts';
import { createPublicationsProjector } from '../adapters/postgres/publications/publications-projector.ts';
import { createPublications } from '../adapters/postgres/publications/postgres-publications.ts';
import { createApiKeys } from '../adapters/postgres/postgres-api-keys.ts';
import { createAuthorizationAttempts } from '../adapters/postgres/postgres-authorization-attempts.ts';
import { createConnectSessions } from '../adapters/postgres/postgres-connect-sessions.ts';
import { createDataKeyRecords } from '../adapters/postgres/postgres-data-key-records.ts';
import { createDatabaseClock } from '../adapters/postgres/postgres-database-clock.ts';
import { createExpirySweep } from '../adapters/postgres/postgres-expiry-sweep.ts';
import { createIdempotencyRecords } from '../adapters/postgres/postgres-idempotency-records.ts';
import { createPersonalRecords } from '../adapters/postgres/postgres-personal-records.ts';
import { createProjectionProgress } from '../adapters/postgres/postgres-projection-progress.ts';
import { createPublishQuotas } from '../adapters/postgres/postgres-publish-quotas.ts';
import { createSecurityLog } from '../adapters/postgres/postgres-security-log.ts';
import { createSecurityLogPages } from '../adapters/postgres/postgres-security-log-pages.ts';
import { createProgressBoard } from '../adapters/postgres/projector/progress-board.ts';
import { createProjectorRuntime } from '../adapters/postgres/projector/projector-runtime.ts';
import { createWarmTokens } from '../adapters/postgres/postgres-warm-tokens.ts';
import { createWorkProjector } from '../adapters/postgres/work-lists/work-projector.ts';
import { createWorkRuntime } from '../adapters/postgres/work-lists/work-runtime.ts';
import { watchedStore } from '../adapters/telemetry/watched-calls.ts';
import { systemIds } from '../adapters/system/system-ids.ts';
import { destroyKeysOfEndedLife } from '../application/keys/destroy-keys.ts';
import { createProviderGate } from '../application/tokens/provider-gate.ts';
import { refreshWhenDue } from '../application/tokens/refresh-when-due.ts';
import { validateWhenDue } from '../application/tokens/validate-when-due.ts';
import { chunkPlan } from '../domain/publication/chunk-plan.ts';
import { openEventStore } from './event-store.ts';
import { provideMedia } from './media.ts';
import { layGround, type Grounds } from './ground.ts';
import { outboundOf } from './outbound-calls.ts';
import type { Container } from './parts.ts';
import { providePublishWork } from './publish-work.ts';
import { fetcherOnFirstUse, publishingOnFirstUse, uploadsOnFirstUse } from './publishing-on-first-use.ts';
import { attendedWork, provideTelemetry, type OpenTracing } from './telemetry.ts';
import { tiktokOnFirstUse } from './tiktok-on-first-use.ts';
import { provideWebhooks } from './webhooks.ts';

/** Most of it is waiting for TikTok, so more than there are connections to the database. */
const workAtATime = 64;

const provideSystem = (container: Container): void => {
  container.provide('ids', () => systemIds);
  container.provide('eventStore', (c) => {
    const store = watchedStore(openEventStore(c.get('settings'), c.get('databaseUrl'), c.get('pool')), c.get('tallies'));
    return c.get('tracing')?.store(store) ?? store;
  });
};

const provideTikTok = (container: Container): void => {
  container.provide('outbound', (c) => outboundOf(c.get('settings'), c.get('tiktokSide')));
  container.provide('tiktok', (c) => {
    const { clientKey, clientSecret, authorizeUrl, apiUrl } = c.get('tiktokSide');
    const { redirectUri, pkce } = c.get('settings').tiktok;
    return tiktokOnFirstUse({ clientKey, clientSecret, redirectUri, pkce, authorizeUrl, apiUrl, watch: c.get('tiktokWatch') }, c.get('outbound').dispatcher);
  });
  container.provide('connectSettings', (c) => {
    const { publicUrl, returnUrl, returnUrlAllowlist, tiktok } = c.get('settings');
    return { clientKey: c.get('tiktokSide').clientKey, defaultScopes: tiktok.scopes, publicUrl, returnUrl, returnUrlAllowlist };
  });
};

const providePosting = (container: Container): void => {
  container.provide('publishing', (c) => publishingOnFirstUse(c.get('tiktokSide').apiUrl, c.get('outbound'), c.get('tiktokWatch')));
  container.provide('uploads', (c) => uploadsOnFirstUse(c.get('outbound'), c.get('tiktokWatch')));
  container.provide('planChunks', (c) => {
    const { chunkBytes } = c.get('settings').tiktok;
    return (totalBytes) => chunkPlan(totalBytes, chunkBytes);
  });
  container.provide('fetcher', (c) => fetcherOnFirstUse(c.get('outbound')));
  container.provide('addresses', (c) => createAddressRules(c.get('settings').tiktok.verifiedUrls));
};

const provideSealing = (container: Container): void => {
  container.provide('dataKeys', (c) => createDataKeyRecords(c.get('pool')));
  container.provide('personalRecords', (c) => createPersonalRecords(c.get('pool')));
  container.provide('sealer', (c) => createSealer({ keyring: c.get('keyring'), records: c.get('dataKeys') }));
};

const provideStores = (container: Container): void => {
  container.provide('attempts', (c) => createAuthorizationAttempts(c.get('pool')));
  container.provide('sessions', (c) => createConnectSessions(c.get('pool')));
  container.provide('apiKeys', (c) => createApiKeys(c.get('pool'), c.get('clock')));
  container.provide('idempotency', (c) => createIdempotencyRecords(c.get('pool')));
  container.provide('securityLog', (c) => createSecurityLog(c.get('pool')));
  container.provide('securityLogPages', (c) => createSecurityLogPages(c.get('pool')));
};

const provideReading = (container: Container): void => {
  container.provide('connections', (c) => createConnections(c.get('pool')));
  container.provide('publications', (c) => createPublications(c.get('pool'), c.get('sealer')));
  container.provide('quotas', (c) => createPublishQuotas(c.get('pool')));
  container.provide('board', () => createProgressBoard());
  container.provide('projectorList', (c) => [
    createConnectionsProjector({ sealer: c.get('sealer'), clientKey: c.get('tiktokSide').clientKey }),
    createPublicationsProjector(),
    createWorkProjector(c.get('settings').tokenRefresh),
  ]);
  // Only what a caller can read again after a write is worth waiting for.
  container.provide('progress', (c) => createProjectionProgress({ pool: c.get('pool'), board: c.get('board'), projections: ['connections', 'publications'] }));
};

const provideTokens = (container: Container): void => {
  container.provide('databaseClock', (c) => createDatabaseClock(c.get('pool')));
  container.provide('tokenPorts', (c) => ({
    eventStore: c.get('eventStore'),
    ids: c.get('ids'),
    clock: c.get('clock'),
    databaseClock: c.get('databaseClock'),
    sealer: c.get('sealer'),
    tiktok: c.get('tiktok'),
    securityLog: c.get('securityLog'),
    progress: c.get('progress'),
    // In one statement of PostgreSQL, so only where the history stands beside the rows.
    warmTokens: c.get('settings').eventStore === null ? createWarmTokens(c.get('pool'), createKeyOpener(c.get('keyring'))) : null,
    gate: createProviderGate(c.get('clock')),
    underWay: new Map(),
  }));
};

const provideBackground = (container: Container): void => {
  container.provide('expirySweep', (c) => createExpirySweep(c.get('pool')));
  container.provide('work', (c) => {
    const ports = { eventStore: c.get('eventStore'), dataKeys: c.get('dataKeys'), securityLog: c.get('securityLog'), personalRecords: c.get('personalRecords') };
    const tokens = c.get('tokenPorts');
    const handlers = {
      destroy_keys: attendedWork(c, destroyKeysOfEndedLife(ports)),
      refresh: attendedWork(c, refreshWhenDue(tokens)),
      validate: attendedWork(c, validateWhenDue({ ...tokens, users: c.get('tiktok') })),
    };
    return createWorkRuntime({ pool: c.get('pool'), handlers, concurrency: workAtATime });
  });
  container.provide('projectors', (c) =>
    createProjectorRuntime({
      pool: c.get('pool'),
      eventStore: c.get('eventStore'),
      projectors: c.get('projectorList'),
      board: c.get('board'),
      onWritten: (projection) => {
        if (projection !== 'work') return;
        for (const name of ['work', 'publishWork', 'uploadWork'] as const) c.get(name).wake();
      },
    }),
  );
};

/**
 * Says upon the ground how every other part is made; nothing is made, opened or started before it is asked for.
 * @param openTracing loaded where there is a collector
 */
export const assembleUpon = (container: Container, openTracing: OpenTracing | null = null): Container => {
  provideTelemetry(container, openTracing);
  provideSystem(container);
  provideTikTok(container);
  providePosting(container);
  provideSealing(container);
  provideStores(container);
  provideReading(container);
  provideTokens(container);
  provideBackground(container);
  provideMedia(container);
  providePublishWork(container);
  provideWebhooks(container);
  return container;
};

/** Everything at once. */
export const assemble = (grounds: Grounds): Container => assembleUpon(layGround(grounds));
