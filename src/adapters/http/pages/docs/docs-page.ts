import { z } from 'zod';
import type { OpenApiDocument } from '../../openapi/document.ts';
import { problemCatalogue } from '../../problems/catalogue.ts';

const schema = z.unknown();
const media = z.record(z.string(), z.object({ schema: schema.optional() }));

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), description: z.string().optional(), schema }))
    .default([]),
  requestBody: z.object({ content: media }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: media.default({}) })),
});

const document = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), schema),
    securitySchemes: z.record(z.string(), z.object({ description: z.string() })),
  }),
});

/** Running text, and code where the document has backticks. */
type Words = readonly Readonly<{ text: string; isCode: boolean }>[];

type Shown = Readonly<{ name: string; text: string }>;

type ShownOperation = Readonly<{
  id: string;
  method: string;
  path: string;
  summary: string;
  description: Words;
  callers: readonly string[];
  parameters: readonly Readonly<{ name: string; place: string; required: boolean; description: Words; schema: string }>[];
  body: Shown | null;
  answers: readonly Readonly<{ status: string; description: Words; type: string; schema: string }>[];
}>;

export type DocsPage = Readonly<{
  title: string;
  description: Words;
  groups: readonly Readonly<{ name: string; description: string; operations: readonly ShownOperation[] }>[];
  callers: readonly Readonly<{ name: string; description: Words }>[];
  problems: readonly Readonly<{ code: string; status: number; title: string; remedy: string }>[];
  schemas: readonly Shown[];
}>;

const wordsOf = (text: string): Words => text.split('`').map((part, index) => ({ text: part, isCode: index % 2 === 1 }));

const oneLine = (value: unknown): string => JSON.stringify(value ?? {}).replaceAll('#/components/schemas/', '');

const shownOperation = (path: string, method: string, source: z.infer<typeof operation>): ShownOperation => {
  const [body] = Object.entries(source.requestBody?.content ?? {});
  return {
    id: source.operationId,
    method: method.toUpperCase(),
    path,
    summary: source.summary,
    description: wordsOf(source.description ?? ''),
    callers: source.security.flatMap((requirement) => Object.entries(requirement).map(([name, scopes]) => [name, ...scopes].join(' '))),
    parameters: source.parameters.map(({ name, in: place, required, description = '', schema: shape }) => ({
      name,
      place,
      required,
      description: wordsOf(description),
      schema: oneLine(shape),
    })),
    body: body === undefined ? null : { name: body[0], text: JSON.stringify(body[1].schema, null, 2) },
    answers: Object.entries(source.responses).map(([status, { description, content }]) => {
      const [first] = Object.entries(content);
      return {
        status,
        description: wordsOf(description),
        type: first?.[0] ?? '–',
        schema: first === undefined ? '' : oneLine(first[1].schema),
      };
    }),
  };
};

/** What the API page shows of the document. */
export const docsPage = (source: OpenApiDocument): DocsPage => {
  const { info, tags, paths, components } = document.parse(source);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ tag: described.tags[0], shown: shownOperation(path, method, described) })),
  );
  return {
    title: info.title,
    description: wordsOf(info.description),
    groups: tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ tag }) => tag === name).map(({ shown }) => shown),
    })),
    callers: Object.entries(components.securitySchemes).map(([name, { description }]) => ({ name, description: wordsOf(description) })),
    problems: Object.entries(problemCatalogue).map(([code, { status, title, remedy }]) => ({ code, status, title, remedy })),
    schemas: Object.entries(components.schemas)
      .filter(([name]) => !name.endsWith('Problem'))
      .map(([name, shape]) => ({ name, text: JSON.stringify(shape, null, 2) })),
  };
};
