import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';

/** An answer as it was seen, over the wire or by `inject`. */
export type SeenAnswer = Readonly<{
  method: string;
  /** Path, with or without a query. */
  url: string;
  status: number;
  /** By lower-case names. */
  headers: Readonly<Record<string, unknown>>;
  body: string;
}>;

const media = z.record(z.string(), z.object({ schema: z.unknown() }));
const responseSchema = z.object({ content: media.optional(), headers: z.record(z.string(), z.looseObject({ required: z.boolean().default(false) })).default({}) });
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), responseSchema) }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

type Check = (seen: SeenAnswer) => void;

const escaped = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');

const pointer = (...steps: readonly string[]): string => `document#/${steps.map(escaped).map(encodeURIComponent).join('/')}`;

const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/\{[^}]+\}/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  );

const mediaTypeOf = (headers: SeenAnswer['headers']): string | undefined =>
  z.string().optional().parse(headers['content-type'])?.split(';')[0]?.trim();

const prefersStatic = (a: string, b: string): number => a.split('{').length - b.split('{').length;

/** Addresses for browsers that are deliberately outside the document. */
const outside = (path: string): boolean => path === '/' || path.startsWith('/assets/');

const createCheck = (source: object): Check => {
  const document = documentSchema.parse(source);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...source, $id: 'document' });
  const compiled = new Map<string, ValidateFunction>();
  const validate = (reference: string, value: unknown, where: string): void => {
    const check = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, check);
    if (!check(value)) throw new Error(`${where} does not fit the document: ${ajv.errorsText(check.errors)}\n${JSON.stringify(value)}`);
  };
  const templates = Object.keys(document.paths)
    .sort(prefersStatic)
    .map((template) => ({ template, pattern: patternOf(template) }));

  const checkUnknownAddress = ({ status, headers, body }: SeenAnswer, where: string): void => {
    if (mediaTypeOf(headers) !== 'application/problem+json') throw new Error(`${where} is not a problem`);
    const name = status === 404 ? 'NotFoundProblem' : 'InvalidRequestProblem';
    if (body !== '') validate(pointer('components', 'schemas', name), JSON.parse(body), where);
  };

  return (seen) => {
    const path = seen.url.split(/[?#]/)[0] ?? '';
    const method = seen.method === 'HEAD' ? 'get' : seen.method.toLowerCase();
    const where = `${seen.status} of ${seen.method} ${path}`;
    if (outside(path) || (method === 'options' && seen.status === 204)) return;
    const template = templates.find(({ pattern }) => pattern.test(path))?.template;
    const operation = template === undefined ? undefined : document.paths[template]?.[method];
    const notForHead = seen.method === 'HEAD' && seen.status === 404 && operation?.responses['404'] === undefined;
    if (template === undefined || operation === undefined || notForHead) return checkUnknownAddress(seen, where);
    const response = operation.responses[String(seen.status)];
    if (response === undefined) throw new Error(`${where} is not documented; ${Object.keys(operation.responses).join(', ')} are`);
    for (const [header, { required }] of Object.entries(response.headers)) {
      if (required && seen.headers[header.toLowerCase()] === undefined) throw new Error(`${where} lacks the header ${header}`);
    }
    if (response.content === undefined) {
      if (seen.body !== '') throw new Error(`${where} has a body, which is not documented`);
      return;
    }
    const mediaType = mediaTypeOf(seen.headers);
    if (mediaType === undefined || !(mediaType in response.content)) {
      throw new Error(`${where} is ${mediaType}; documented are ${Object.keys(response.content).join(', ')}`);
    }
    if (seen.method === 'HEAD') return;
    const value: unknown = mediaType.includes('json') ? JSON.parse(seen.body) : seen.body;
    validate(pointer('paths', template, method, 'responses', String(seen.status), 'content', mediaType, 'schema'), value, where);
  };
};

const checks = new WeakMap<object, Check>();

/**
 * Fails unless the answer is one that the OpenAPI document promises: status, content type, headers and body.
 * @param document as `GET /openapi.json` gives it; the same object each time is compiled once
 */
export const assertDocumented = (seen: SeenAnswer, document: object): void => {
  const check = checks.get(document) ?? createCheck(document);
  checks.set(document, check);
  check(seen);
};
