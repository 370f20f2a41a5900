import { z } from 'zod';

/** What is wrong with the next appends: before they are looked at, or behind the write. */
const appendTroubles = ['unavailable', 'not-ready', 'reset', 'deadline', 'lose-answer', 'reset-behind', 'hang', 'hang-behind', 'timeout', 'timeout-behind'] as const;

const member = z.object({ host: z.string(), port: z.number(), state: z.enum(['leader', 'follower', 'dead']) });
export type Member = z.output<typeof member>;

/** What the control takes, one at a time. */
export const order = z.discriminatedUnion('kind', [
  /** The next so many appends. */
  z.object({ kind: z.literal('appends'), trouble: z.enum(appendTroubles), times: z.number().int() }),
  /** Ends every subscription with an error, or gracefully, or lets none be made, or sends what is no answer instead of events. */
  z.object({ kind: z.literal('subscriptions'), trouble: z.enum(['drop', 'end', 'refuse', 'garble', 'allow']) }),
  /** Every call waits so long first. */
  z.object({ kind: z.literal('slow'), millis: z.number() }),
  /** Null leads itself. */
  z.object({ kind: z.literal('leader'), leader: z.object({ host: z.string(), port: z.number() }).nullable() }),
  z.object({ kind: z.literal('members'), members: z.array(member) }),
  /** What the user may not do from now on, as of a server with access lists. */
  z.object({ kind: z.literal('denied'), rights: z.array(z.enum(['read-all', 'append'])) }),
  z.object({ kind: z.literal('limit'), bytes: z.number() }),
  /** System events, as every server writes. */
  z.object({ kind: z.literal('noise'), events: z.number() }),
]);
export type Order = z.output<typeof order>;
export type AppendTrouble = (typeof appendTroubles)[number];

export type Faults = {
  /** Those that are still to come. */
  appends: AppendTrouble[];
  refusesSubscriptions: boolean;
  garblesSubscriptions: boolean;
  denied: readonly ('read-all' | 'append')[];
  slowMillis: number;
  leader: Readonly<{ host: string; port: number }> | null;
  members: readonly Member[];
  appendLimit: number;
};

export const noFaults = (): Faults => ({
  appends: [],
  refusesSubscriptions: false,
  garblesSubscriptions: false,
  denied: [],
  slowMillis: 0,
  leader: null,
  members: [],
  appendLimit: 1_048_576,
});
