import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpApp } from '../http-app-type.ts';
import { bare } from '../openapi/answers.ts';
import { alreadyHas } from '../wire/entity-tag.ts';

type Asset = Readonly<{ bytes: Buffer; tag: string }>;

const folder = join(import.meta.dirname, '..', 'pages', 'assets');

const modules = ['cover', 'follow-post', 'page-elements', 'post-form', 'post-words', 'preview', 'publish', 'recent-videos', 'send-post'];

const mediaTypes: Readonly<Record<string, string>> = {
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  ...Object.fromEntries(modules.map((name) => [`${name}.js`, 'text/javascript; charset=utf-8'])),
};

const load = async (name: string): Promise<Asset> => {
  const bytes = await readFile(join(folder, name));
  return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
};

/** The stylesheet, the modules and the icon of the pages, and `/`, which leads to the account page. Not part of the API. */
export const assetRoutes = (app: HttpApp): void => {
  for (const [name, mediaType] of Object.entries(mediaTypes)) {
    let loaded: Promise<Asset> | undefined;
    app.route({
      method: 'GET',
      url: `/assets/${name}`,
      schema: { hide: true },
      handler: async (request, reply) => {
        loaded ??= load(name);
        const { bytes, tag } = await loaded;
        reply.headers({ etag: tag, 'cache-control': 'public, no-cache', 'cross-origin-resource-policy': 'same-origin' });
        if (alreadyHas(request.headers['if-none-match'], tag)) return reply.code(304).send();
        return reply.type(mediaType).send(bytes);
      },
    });
  }
  app.route({
    method: 'GET',
    url: '/',
    schema: { hide: true, response: { 302: bare('To the account page.') } },
    handler: async (_, reply) => reply.redirect('/dashboard/account', 302),
  });
};
