import type { Call } from '../wire/call.ts';

const formType = /^application\/x-www-form-urlencoded(\s*;.*)?$/i;

/** Whether the call has exactly one Content-Type and it is that of a form. */
export function isForm(call: Call): boolean {
  return call.contentTypes.length === 1 && formType.test(call.contentTypes[0] ?? '');
}

/** The fields of a form body; null when one is given twice. */
export function formFields(call: Call): ReadonlyMap<string, string> | null {
  const fields = [...new URLSearchParams(call.body)];
  const byName = new Map(fields);
  return byName.size === fields.length ? byName : null;
}
