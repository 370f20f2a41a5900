import type { FrontDeps } from '../adapters/http/front-app.ts';
import type { HttpSettings } from '../adapters/http/http-deps.ts';
import type { Ground } from './parts.ts';
import { readinessOf } from './readiness.ts';
import type { Whole } from './whole.ts';

const httpSettingsOf = (ground: Ground): HttpSettings => {
  const settings = ground.get('settings');
  const { authorizeUrl } = ground.get('tiktokSide');
  return {
    developmentPrincipals: settings.developmentPrincipals,
    publicUrl: settings.publicUrl,
    returnUrl: settings.returnUrl,
    returnUrlAllowlist: settings.returnUrlAllowlist,
    corsOrigins: settings.corsOrigins,
    trustProxy: settings.trustProxy,
    authCookie: settings.authCookie,
    // A simulator shows its pictures where it shows its page, and not by https.
    imageOrigins: settings.production ? [] : [new URL(authorizeUrl).origin],
  };
};

/** What answers from the first moment on stands on this; figures load what they measure. */
export const frontDepsOf = (ground: Ground, whole: Whole): FrontDeps => {
  const { production, metricsPort, logLevel } = ground.get('settings');
  const shown = !production && metricsPort === null;
  return {
    settings: httpSettingsOf(ground),
    readiness: () => readinessOf(ground, whole.loaded()),
    metrics: shown ? async () => (await import('./metrics/collect-metrics.ts')).collectMetrics(await whole.load()) : null,
    draining: ground.get('draining'),
    shedding: ground.get('shedding'),
    logger: { level: logLevel, stream: ground.get('lines') },
  };
};
