import type { FastifySchemaValidationError } from 'fastify';
import { z } from 'zod';
import type { FieldError } from './problem.ts';

const details = z
  .object({
    keys: z.array(z.string()).catch([]),
    values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).catch([]),
    expected: z.string().catch('another type'),
    origin: z.string().catch('value'),
    minimum: z.number().catch(0),
    maximum: z.number().catch(0),
    format: z.string().catch('valid'),
  })
  .partial();

const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: [' character', ' characters'],
  array: [' entry', ' entries'],
};

const formats: Readonly<Record<string, string>> = { uuid: 'a UUID', url: 'an absolute URL', datetime: 'an RFC 3339 moment' };

const entriesLimit = 20;
const nameLimit = 60;

/** A name that callers chose, cut to what an answer can carry. */
export const shortened = (name: string): string => (name.length <= nameLimit ? name : `${name.slice(0, nameLimit - 1).toWellFormed()}…`);

const query = z.record(z.string(), z.unknown()).catch({});

const explain = (issue: FastifySchemaValidationError): string => {
  const {
    values = [],
    expected = 'another type',
    origin = 'value',
    minimum = 0,
    maximum = 0,
    format = 'valid',
  } = details.parse(issue.params);
  const message = issue.message ?? 'is not valid';
  const unit = (count: number): string => units[origin]?.[count === 1 ? 0 : 1] ?? '';
  switch (issue.keyword) {
    case 'invalid_type':
      if (message.endsWith('received undefined')) return 'is required';
      return `must be of type ${expected}`;
    case 'invalid_value':
      return `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;
    case 'too_small':
      return `must be at least ${minimum}${unit(minimum)}`;
    case 'too_big':
      return `must be at most ${maximum}${unit(maximum)}`;
    case 'invalid_format':
      return formats[format] === undefined ? message : `must be ${formats[format]}`;
    default:
      return message;
  }
};

/**
 * Names each field that a schema refused and says what would be right; the first twenty.
 * @param part where the fields stand: `body`, `querystring`, `params` or `headers`
 * @param given the query of the request
 */
export const explainIssues = (issues: readonly FastifySchemaValidationError[], part: string, given: unknown): readonly FieldError[] => {
  const parameters = part === 'querystring' ? query.parse(given) : {};
  return issues.flatMap((issue) => explainIssue(issue, part, parameters)).slice(0, entriesLimit);
};

const explainIssue = (issue: FastifySchemaValidationError, part: string, parameters: z.infer<typeof query>): readonly FieldError[] => {
  const path = issue.instancePath
    .split('/')
    .filter((step) => step !== '')
    .join('.');
  if (issue.keyword === 'unrecognized_keys') {
    const { keys = [] } = details.parse(issue.params);
    return keys
      .slice(0, entriesLimit)
      .map((key) => ({ path: shortened(path === '' ? key : `${path}.${key}`), message: 'is not known here; leave it out' }));
  }
  if (Array.isArray(parameters[path])) return [{ path, message: 'may be given only once' }];
  const message = explain(issue);
  if (path === '') return [{ path: part, message: part === 'body' && message !== 'is required' ? 'must be a JSON object' : message }];
  return [{ path: shortened(path), message }];
};
