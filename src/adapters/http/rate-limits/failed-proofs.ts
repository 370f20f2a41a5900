import { hash } from 'node:crypto';
import type { Clock } from '../../../application/ports/clock.ts';
import type { RequestLimit, Standing } from '../../../application/limiting/request-limit.ts';
import { createRequestWindows } from '../../../application/limiting/request-windows.ts';
import { clientNetwork } from './client-network.ts';

const mostNetworks = 10_000;
const mostRemembered = 1_000;

/** What a client sent to prove itself; undefined when it sent nothing. */
export type Presented = Readonly<{ address: string; credential: string | undefined }>;

/** Clients that sent what proves nobody, by their address. Of this replica alone: addresses are kept nowhere. */
export interface FailedProofs {
  /** Where the client stands, when it is not to be heard now; else null. */
  refused(presented: Presented): Standing | null;
  /** It proved nobody. Answers where the client stands. */
  failed(presented: Presented): Standing;
  /** It proved somebody, who is heard from there even when others fail. */
  proved(presented: Presented): void;
}

const digestOf = (credential: string): string => hash('sha256', credential, 'base64url');

export const createFailedProofs = (limit: RequestLimit, clock: Pick<Clock, 'monotonicMillis'>): FailedProofs => {
  const windows = createRequestWindows({ limit, mostCallers: mostNetworks });
  /** Only of networks that something failed from: without trouble nothing is remembered, or digested. */
  const remembered = new Set<string>();
  return {
    refused: ({ address, credential }) => {
      const standing = windows.look(clientNetwork(address), clock.monotonicMillis());
      if (standing === null || standing.admitted) return null;
      return credential !== undefined && remembered.has(digestOf(credential)) ? null : standing;
    },
    failed: ({ address, credential }) => {
      if (credential !== undefined && remembered.size > 0) remembered.delete(digestOf(credential));
      return windows.take(clientNetwork(address), clock.monotonicMillis());
    },
    proved: ({ address, credential }) => {
      if (credential === undefined || windows.look(clientNetwork(address), clock.monotonicMillis()) === null) return;
      const digest = digestOf(credential);
      remembered.delete(digest);
      remembered.add(digest);
      for (const oldest of remembered) {
        if (remembered.size <= mostRemembered) break;
        remembered.delete(oldest);
      }
    },
  };
};
