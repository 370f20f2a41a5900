import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemCatalogue } from '../../../src/adapters/http/problems/catalogue.ts';
import { createTestHttp, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { assertDocumented } from '../../support/openapi-check.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };

const shape = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        summary: z.string(),
        tags: z.array(z.string()).length(1),
        security: z.array(z.record(z.string(), z.array(z.string()))),
        parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
        responses: z.record(z.string(), z.looseObject({ description: z.string() })),
      }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()), securitySchemes: z.record(z.string(), z.unknown()) }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
});

const references = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference);

describe('the OpenAPI document', () => {
  let http: TestHttp;
  let document: z.infer<typeof shape>;

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  beforeAll(async () => {
    http = await createTestHttp(
      createHttpParts({
        pool: absentPool(),
        eventStore: createInMemoryEventStore(),
        tiktok: noTikTok,
        settings: { developmentPrincipals: true },
      }).parts,
    );
    document = shape.parse(http.document);
  });

  afterAll(() => http.close());

  it('has every operation of the contract', () => {
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'delete /v1/connections/{id}',
      'delete /v1/media/{id}',
      'get /api/tiktok/auth/authorize',
      'get /api/tiktok/auth/callback',
      'get /api/tiktok/user/info',
      'get /dashboard/account',
      'get /dashboard/connections/{id}/history',
      'get /dashboard/publish',
      'get /docs',
      'get /livez',
      'get /openapi.json',
      'get /readyz',
      'get /v1/audit/events',
      'get /v1/audit/security-log',
      'get /v1/connections',
      'get /v1/connections/{id}',
      'get /v1/connections/{id}/creator-info',
      'get /v1/connections/{id}/history',
      'get /v1/connections/{id}/state',
      'get /v1/connections/{id}/videos',
      'get /v1/media/{id}',
      'get /v1/publications',
      'get /v1/publications/{id}',
      'get /v1/publications/{id}/events',
      'get /v1/publications/{id}/history',
      'post /api/tiktok/unbind',
      'post /dashboard/account/disconnect',
      'post /v1/connect-sessions',
      'post /v1/connections/{id}/access-token',
      'post /v1/connections/{id}/erase',
      'post /v1/connections/{id}/refresh',
      'post /v1/media',
      'post /v1/publications',
      'post /v1/publications/preflight',
      'post /v1/publications/{id}/cancel',
      'post /v1/publications/{id}/resolve',
      'post /v1/users/{user_id}/erase',
      'post /webhooks/tiktok',
    ]);
  });

  it('is whole: version, references, names, tags, security schemes, path parameters', () => {
    expect(document.openapi).toBe('3.1.0');
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const reference of references(document))
      expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
    for (const { path, operation } of operations()) {
      expect(document.tags.map(({ name }) => name)).toContain(operation.tags[0]);
      for (const requirement of operation.security)
        expect(Object.keys(document.components.securitySchemes)).toContain(Object.keys(requirement)[0]);
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath);
      for (const { description } of Object.values(operation.responses)) expect(description).not.toBe('Default Response');
    }
  });

  it('gives each error of an operation with the codes it can have', () => {
    const conflict = document.paths['/v1/connections/{id}']?.['delete']?.responses['409'];
    expect(conflict?.description).toContain('`conflict`');
    expect(references(conflict)).toContain('#/components/schemas/ConflictProblem');
    expect(document.components.schemas['UnavailableProblem']).toMatchObject({
      properties: { code: { const: 'unavailable' }, status: { const: 503 } },
    });
  });

  it('says which scope a key needs', () => {
    expect(document.paths['/v1/connections']?.['get']?.security).toContainEqual({ apiKey: ['connections:read'] });
  });

  it('has what callers and TikTok send besides what is checked against it', () => {
    const named = (path: string, place: string) =>
      document.paths[path]?.['get']?.parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
    expect(named('/v1/connections/{id}', 'header')).toEqual(['if-none-match']);
    expect(named('/api/tiktok/auth/callback', 'query')).toEqual(['code', 'state', 'scopes', 'error']);
  });

  it('says in which spellings a page limit and scopes are taken, and every reason for a new consent', () => {
    const limit = document.paths['/v1/connections']?.['get']?.parameters.find(({ name }) => name === 'limit');
    expect(limit).toMatchObject({ required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } });
    expect(document.paths['/v1/connect-sessions']?.['post']?.['requestBody']).toMatchObject({
      content: { 'application/json': { schema: { properties: { scopes: { type: ['array', 'string'], items: { type: 'string' } } } } } },
    });
    expect(document.components.schemas['Connection']).toMatchObject({
      properties: {
        reauthorization_reason: {
          enum: ['refresh_rejected', 'response_lost', 'refresh_token_expired', 'scope_lost', 'key_lost', null],
        },
      },
    });
  });

  it('shows an example of a connection that fits its own schema', () => {
    const { examples } = z.looseObject({ examples: z.array(z.unknown()).min(1) }).parse(document.components.schemas['Connection']);
    const seen = {
      method: 'GET',
      url: '/v1/connections/6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
      status: 200,
      headers: { 'content-type': 'application/json', etag: '"4"' },
    };
    assertDocumented({ ...seen, body: JSON.stringify(examples[0]) }, http.document);
  });

  it('shows an example of each error that fits its own schema', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    for (const [name, schema] of Object.entries(document.components.schemas).filter(([each]) => each.endsWith('Problem'))) {
      const { examples } = z.looseObject({ examples: z.array(z.unknown()).length(1) }).parse(schema);
      expect(ajv.validate(z.looseObject({}).parse(schema), examples[0]), name).toBe(true);
    }
  });

  it.each([
    ['another status', { status: 418 }],
    ['another type', { headers: { 'content-type': 'text/html', etag: '"1"' } }],
    ['another body', { body: '{"id":1}' }],
    ['a missing header', { headers: { 'content-type': 'application/json' } }],
  ])('does not let %s pass', (_, changed) => {
    const seen = {
      method: 'GET',
      url: '/v1/connections/x',
      status: 200,
      headers: { 'content-type': 'application/json', etag: '"1"' },
      body: '{}',
      ...changed,
    };
    expect(() => assertDocumented(seen, http.document)).toThrow();
  });

  it('is written once', async () => {
    const answers = await Promise.all([http.call({ url: '/openapi.json' }), http.call({ url: '/openapi.json' })]);
    expect(answers[0].body).toBe(answers[1].body);
    expect(answers[0].headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is shown as a page, without scripts, with a place for each code that problems point to', async () => {
    const { body, headers } = await http.call({ url: '/docs' });
    expect(headers['content-security-policy']).toContain("style-src 'self'");
    expect(body).not.toMatch(/<script|style=|\son[a-z]+=/i);
    for (const code of Object.keys(problemCatalogue)) expect(body).toContain(`id="${code}"`);
    for (const { path } of operations()) expect(body).toContain(path);
    const style = await http.call({ url: '/assets/style.css' });
    expect(style.headers['content-type']).toBe('text/css; charset=utf-8');
    const again = await http.call({ url: '/assets/style.css', headers: { 'if-none-match': String(style.headers['etag']) } });
    expect(again.statusCode).toBe(304);
  });
});
