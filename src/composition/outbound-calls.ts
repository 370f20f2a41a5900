import type { Dispatcher } from 'undici';
import { onFirstUse } from './on-first-use.ts';

/** What calls to the outside go through. Loaded by the first of them: a replica may serve for hours without one. */
export type OutboundCalls = Readonly<{
  dispatcher: () => Promise<Dispatcher>;
  /** Nothing is to be called afterwards. */
  close: () => Promise<void>;
}>;

/** @param exemptOrigins those that the operator configured, which may be at private addresses */
export const openOutboundCalls = (exemptOrigins: readonly string[]): OutboundCalls => {
  let opened: Dispatcher | undefined;
  return {
    dispatcher: onFirstUse(async () => {
      const { createGuardedDispatcher } = await import('../adapters/outbound/guarded-dispatcher.ts');
      opened = createGuardedDispatcher({ exemptOrigins });
      return opened;
    }),
    close: async () => {
      await opened?.close();
    },
  };
};
