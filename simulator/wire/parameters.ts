import { z } from 'zod';
import type { Call } from './call.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** What a call was given in its query and in its body, a form or JSON; a name given twice has a list. */
export function parametersOf(call: Call): Readonly<Record<string, unknown>> {
  return { ...grouped(call.query), ...bodyParameters(call) };
}

function bodyParameters(call: Call): Readonly<Record<string, unknown>> {
  if (call.body === '') return {};
  if (!(call.contentTypes[0] ?? '').includes('json')) return grouped(new URLSearchParams(call.body));
  try {
    const parsed = objectSchema.safeParse(JSON.parse(call.body));
    return parsed.success ? parsed.data : { body: call.body };
  } catch {
    return { body: call.body };
  }
}

function grouped(pairs: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(pairs.keys())].map((name) => {
      const values = pairs.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
