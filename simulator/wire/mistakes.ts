import type { z } from 'zod';

/** A sentence per mistake, for people. Fields are named in snake_case, as they are on the wire. */
export const mistakesIn = (error: z.ZodError): string => error.issues.map(sentenceOf).join(' ');

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `There is no field ${issue.keys.map((key) => fieldAt([...issue.path, key])).join(' or ')}.`;
  const field = issue.path.length === 0 ? 'The body' : fieldAt(issue.path);
  if (issue.message.endsWith('received undefined')) return `${field} is missing.`;
  const reason = issue.message.replace(/^Invalid (?:(?:input|option): |discriminator value\. )/, '');
  return reason === 'Invalid input' ? `${field} is none of what it can be.` : `${field} is wrong: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`;
}

const fieldAt = (path: readonly PropertyKey[]): string =>
  `"${path.map((step) => String(step).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join('.')}"`;
