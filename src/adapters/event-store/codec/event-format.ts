import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { DomainEvent } from '../../../application/ports/event-store.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Lifts data of one schema version to the next; the reason when it does not have that version's shape. Pure. */
export type Upcaster = (raw: unknown) => Result<Json, string>;

/** How events of one type are stored now, and how each older version is lifted towards now. */
export type EventFormat = Readonly<{
  /** The schema version that is written. */
  version: number;
  /** By the version they lift from, each to the one after it. */
  upcasters: Readonly<Record<number, Upcaster>>;
  /** Reads data of the written version. */
  parse: (raw: unknown) => Result<DomainEvent, string>;
}>;

/** Says where the shape is wrong and how, and nothing of what is there. */
export const shapeProblem = (error: z.core.$ZodError): string =>
  error.issues.map(({ path, code }) => `${path.map(String).join('.') || 'the whole'}: ${code}`).join(', ');

/** Histories are long: checking an event by code made for its shape takes a fraction of the time. A start needs none of it. */
export const compiledOnFirstUse = <Value>(schema: z.ZodType<Value>): (() => z.ZodType<Value>) => {
  let compiled: z.ZodType<Value> | undefined;
  return () => {
    compiled ??= z.compile(schema);
    return compiled;
  };
};

/** @param lift makes data of the next version out of data that has passed `schema` */
export const upcaster =
  <Old>(schema: z.ZodType<Old>, lift: (old: Old) => Json): Upcaster =>
  (raw) => {
    const old = schema.safeParse(raw);
    return old.success ? ok(lift(old.data)) : err(shapeProblem(old.error));
  };

export const eventFormat = <Data>(
  version: number,
  schema: z.ZodType<Data>,
  event: (data: Data) => DomainEvent,
  upcasters: EventFormat['upcasters'] = {},
): EventFormat => {
  const compiled = compiledOnFirstUse(schema);
  return {
    version,
    upcasters,
    parse: (raw) => {
      const data = compiled().safeParse(raw);
      return data.success ? ok(event(data.data)) : err(shapeProblem(data.error));
    },
  };
};
