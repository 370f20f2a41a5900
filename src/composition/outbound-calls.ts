import type { Dispatcher } from 'undici';
import { onFirstUse } from './on-first-use.ts';
import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

/** What calls to the outside go through. Loaded by the first of them: a replica may serve for hours without one. */
export type OutboundCalls = Readonly<{
  dispatcher: () => Promise<Dispatcher>;
  /** For chunks on their way to TikTok. */
  uploads: () => Promise<Dispatcher>;
  /** For files behind addresses of callers: no origin is exempt. */
  sources: () => Promise<Dispatcher>;
  /** Nothing is to be called afterwards; transfers under way are cut. */
  close: () => Promise<void>;
}>;

/**
 * @param exemptOrigins those that the operator configured, which may be at private addresses
 * @param uploadOrigins those of them that take uploads too: TikTok's stand-in, in development
 */
export const openOutboundCalls = (exemptOrigins: readonly string[], uploadOrigins: readonly string[] = []): OutboundCalls => {
  let calls: Dispatcher | undefined;
  const transfers: Dispatcher[] = [];
  const guard = onFirstUse(async () => ({
    ...(await import('../adapters/outbound/guarded-dispatcher.ts')),
    ...(await import('../adapters/outbound/large-body-limits.ts')),
  }));
  return {
    dispatcher: onFirstUse(async () => {
      const { createGuardedDispatcher } = await guard();
      calls = createGuardedDispatcher({ exemptOrigins });
      return calls;
    }),
    uploads: onFirstUse(async () => {
      const { createGuardedDispatcher, uploadLimits } = await guard();
      const dispatcher = createGuardedDispatcher({ exemptOrigins: uploadOrigins, limits: uploadLimits });
      transfers.push(dispatcher);
      return dispatcher;
    }),
    sources: onFirstUse(async () => {
      const { createGuardedDispatcher, sourceLimits } = await guard();
      const dispatcher = createGuardedDispatcher({ exemptOrigins: [], limits: sourceLimits });
      transfers.push(dispatcher);
      return dispatcher;
    }),
    close: async () => {
      await Promise.all([calls?.close(), ...transfers.map((dispatcher) => dispatcher.destroy())]);
    },
  };
};

/** As the settings allow: TikTok's API and the identity provider's keys may be at private addresses. */
export const outboundOf = ({ identity, production }: Settings, { apiUrl }: TikTokSide): OutboundCalls => {
  const configured = [apiUrl, ...(identity === null ? [] : [identity.jwksUrl])];
  return openOutboundCalls(configured, production ? [] : [apiUrl]);
};
