import { z } from 'zod';
import { postingReasons } from '../../../application/publishing/problem-reasons.ts';
import { problemCatalogue, type ProblemCode } from './catalogue.ts';
import { invalidRequest } from './problem.ts';
import { instanceOf, problemBody } from './write-problem.ts';

const fieldErrors = z
  .array(z.strictObject({ path: z.string(), message: z.string() }))
  .describe('One entry per field that is wrong, with what would be right.');

const reasons = [...postingReasons];

/** Why a post is refused, one entry per rule. */
export const refusedRules = z
  .array(z.strictObject({ reason: z.enum(reasons), detail: z.string() }))
  .describe('Every rule that speaks against it, with what to change.');

const tiktokWords = z
  .strictObject({ code: z.string(), message: z.string(), log_id: z.string().nullable() })
  .describe('What TikTok said; its support asks for log_id.');

const pascalCase = (code: string): string =>
  code
    .split('_')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');

const titleTooLong = { reason: 'title_too_long', detail: 'The title has 2300 UTF-16 units; a video may have 2200.' };
const refusalExample = { detail: titleTooLong.detail, reason: titleTooLong.reason, problems: [titleTooLong] };

const exampleOf = (code: ProblemCode): object =>
  problemBody(
    'https://connect.example',
    code === 'invalid_request'
      ? invalidRequest({ path: 'limit', message: 'must be at most 200' })
      : code === 'unprocessable'
        ? { code, ...refusalExample }
        : { code, detail: problemCatalogue[code].remedy },
    instanceOf('0f8b3d0e-5f0c-4c0e-8a63-1d1f6f5f2b10'),
  );

/** Besides the 502s: codes that may come of something TikTok said. */
const quoting: ReadonlySet<ProblemCode> = new Set(['reauthorization_required', 'rate_limited']);

const problemSchemaOf = (code: ProblemCode): z.ZodType => {
  const { status, title, remedy } = problemCatalogue[code];
  return z
    .strictObject({
      type: z.url().describe('Where this code is explained.'),
      title: z.literal(title),
      status: z.literal(status),
      detail: z.string(),
      instance: z.string().describe('`urn:uuid:` and the id of the request, as in the log and in X-Request-Id.'),
      code: z.literal(code),
      ...(code === 'invalid_request' ? { errors: fieldErrors } : {}),
      ...(code === 'unprocessable' ? { reason: z.enum(reasons).describe('The first of them.'), problems: refusedRules } : {}),
      ...(status === 502 || quoting.has(code) ? { tiktok: tiktokWords.optional() } : {}),
    })
    .meta({ id: `${pascalCase(code)}Problem`, description: `${title}. ${remedy}`, examples: [exampleOf(code)] });
};

const made = new Map<ProblemCode, z.ZodType>();

/** The schema of one code's answer; the same object each time, so that the document names it once. */
export const problemSchema = (code: ProblemCode): z.ZodType => {
  const schema = made.get(code) ?? problemSchemaOf(code);
  made.set(code, schema);
  return schema;
};
