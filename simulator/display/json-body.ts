import type { Call } from '../wire/call.ts';

/** The JSON body of a call, `{}` for an empty one, undefined when it is no JSON. */
export function readJson(call: Call): unknown {
  if (call.body === '') return {};
  if (!/^application\/json\s*(;|$)/i.test(call.contentTypes[0] ?? '')) return undefined;
  try {
    return JSON.parse(call.body);
  } catch {
    return undefined;
  }
}
