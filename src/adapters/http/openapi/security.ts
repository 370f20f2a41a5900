import type { ApiScope } from '../../../application/execution/principal.ts';

type Requirement = Record<string, string[]>;

/** How each kind of caller proves itself, by the names used in the document. */
export const securitySchemes = (authCookie: string) =>
  ({
    userToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: "An end user's token from the application's identity provider. Its times are read with 5 s of tolerance; TikTok's callback takes it until 10 minutes past its `exp`.",
    },
    userCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: authCookie,
      description: 'The same token in a cookie. Writes then need an allowed Origin and JSON; an upload needs the Origin and its own types.',
    },
    apiKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'tck_<id>_<secret>',
      description: 'An API key made by `keys create`, with its scopes.',
    },
    webhookSignature: {
      type: 'apiKey',
      in: 'header',
      name: 'TikTok-Signature',
      description: '`t=<unix seconds>,s=<hex>`: HMAC-SHA256 of `<t>.<raw body>` under a client secret; `t` at most 5 minutes ahead and 7 days old.',
    },
    connectLink: { type: 'apiKey', in: 'query', name: 'session', description: 'The one-use token of `POST /v1/connect-sessions`.' },
  }) as const;

export const nobody: Requirement[] = [];
export const webhookSignature: Requirement[] = [{ webhookSignature: [] }];
export const endUser: Requirement[] = [{ userToken: [] }, { userCookie: [] }];
export const serviceWith = (scope: ApiScope): Requirement[] => [{ apiKey: [scope] }];
export const anyoneWith = (scope: ApiScope): Requirement[] => [...serviceWith(scope), ...endUser];
