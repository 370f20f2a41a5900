import type { FastifyInstance, RouteOptions } from 'fastify';
import { z } from 'zod';
import { answerHeaders, limitHeaders, type AnswerHeader } from './answer-headers.ts';
import { problems } from './answers.ts';
import { withCertainty } from './certain-headers.ts';
import { securitySchemes } from './security.ts';

/** An OpenAPI 3.1 document; read as JSON, so its parts are looked at with care. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

export type DocumentSettings = Readonly<{ publicUrl: string; authCookie: string }>;

const tags = [
  { name: 'Connecting', description: 'Connecting and disconnecting TikTok accounts from a browser.' },
  { name: 'Connections', description: 'What is connected, for backends and for end users.' },
  { name: 'Tokens', description: 'Access tokens for backends, and their refresh.' },
  { name: 'Publishing', description: 'Posts on their way to TikTok: checked, sent once, followed.' },
  { name: 'Erasure', description: 'Forgetting people for good.' },
  { name: 'Audit', description: 'What happened, how it was, and who looked.' },
  { name: 'Webhooks', description: 'What TikTok tells this service.' },
  { name: 'Operations', description: 'Health, figures and this document.' },
];

const description = [
  "Holds the TikTok connections of an application's users.",
  'JSON is snake_case, times are RFC 3339 UTC, errors are RFC 9457 problems with a stable `code`.',
  'Unknown fields in a body or a query are refused.',
].join(' ');

const record = z.record(z.string(), z.unknown());
const isLimited = (url: string): boolean => url.startsWith('/v1/');

const retryStatuses = new Set(['429', '503']);

const headersOf = (names: readonly AnswerHeader[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [answerHeaders[name].name, answerHeaders[name].schema]));

/** Adds the documented headers to a route's answers. */
const withHeaders = (answers: unknown, route: RouteOptions): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record.parse(answers ?? {})).map(([status, answer]) => {
      const own = route.config?.answerHeaders?.[Number(status)] ?? [];
      const names: readonly AnswerHeader[] = [...own, ...(retryStatuses.has(status) ? (['retry-after'] as const) : []), ...(isLimited(route.url) ? limitHeaders : [])];
      return [status, names.length === 0 ? answer : { ...record.parse(answer), headers: headersOf(names) }];
    }),
  );

/** Answers of the limit stand on every route that has one, without each naming them. */
const withLimit = <Schema extends { response?: unknown }>(schema: Schema, url: string): Schema =>
  isLimited(url) ? { ...schema, response: { ...problems('rate_limited'), ...record.parse(schema.response ?? {}) } } : schema;

/** Request schemas stand inline, so the twins that are made of named schemas for requests are left out. */
const withoutTwins = (document: OpenApiDocument): OpenApiDocument => {
  const components = record.parse(document['components']);
  const schemas = Object.entries(record.parse(components['schemas'])).filter(([name]) => !name.endsWith('Input'));
  return { ...document, components: { ...components, schemas: Object.fromEntries(schemas) } };
};

/** Writes the document from the very schemas that the routes validate and serialise with. */
export const writeDocument = async (routes: readonly RouteOptions[], settings: DocumentSettings): Promise<OpenApiDocument> => {
  const [{ default: Fastify }, { default: swagger }, provider] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
    import('fastify-type-provider-zod'),
  ]);
  const app: FastifyInstance = Fastify();
  app.setValidatorCompiler(provider.validatorCompiler);
  app.setSerializerCompiler(provider.serializerCompiler);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'TikTok connections', version: '1', description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: settings.publicUrl }],
      tags,
      components: { securitySchemes: securitySchemes(settings.authCookie) },
    },
    transform: (input) => {
      const { schema, url } = provider.jsonSchemaTransform({ ...input, schema: withLimit(input.schema, input.url) });
      return { schema: { ...schema, response: withHeaders(schema.response, input.route) }, url };
    },
    transformObject: provider.jsonSchemaTransformObject,
  });
  for (const { method, url, schema, config } of routes) {
    app.route({
      method,
      url,
      ...(schema === undefined ? {} : { schema: { ...schema, ...config?.documented } }),
      ...(config === undefined ? {} : { config }),
      handler: () => undefined,
    });
  }
  await app.ready();
  return withCertainty(withoutTwins(record.parse(JSON.parse(JSON.stringify(app.swagger())))));
};
