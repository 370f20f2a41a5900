import type { EventAddress } from '../../application/ports/event-store.ts';

type Stored = EventAddress['stored'];
/** Values that a store's client has read already; their spelling is `stored`'s. Never changed. */
export type Parsed = Readonly<{ data: unknown; metadata: unknown }>;

const parsed = new WeakMap<Stored, Parsed>();

/** Of what a store gave as values and not as text; undefined where the text has to be parsed. */
export const parsedOf = (stored: Stored): Parsed | undefined => parsed.get(stored);

/** @param spell text of a value, asked for when somebody wants it: a projection does not */
export const spelledOnDemand = (values: Parsed, occurredAt: string, spell: (value: unknown) => string): Stored => {
  let data: string | undefined;
  let metadata: string | undefined;
  const stored: Stored = {
    get data() {
      return (data ??= spell(values.data));
    },
    get metadata() {
      return (metadata ??= spell(values.metadata));
    },
    occurredAt,
  };
  parsed.set(stored, values);
  return stored;
};
