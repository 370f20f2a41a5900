import { z } from 'zod';

/** Scopes the simulator knows, with the words its consent page uses for them. */
export const scopeDescriptions: Readonly<Record<string, string>> = {
  'user.info.basic': 'Read your profile info (avatar, display name)',
  'user.info.profile': 'Read your profile page (bio, link, username, verified badge)',
  'user.info.stats': 'Read your profile counts (followers, following, likes, videos)',
  'video.list': 'Read your public videos',
  'video.publish': 'Post content to TikTok',
  'video.upload': 'Send drafts to your TikTok inbox',
  'artist.certification.read': 'Read your artist certification',
  'artist.certification.update': 'Change your artist certification',
};

const lifetimesSchema = z
  .strictObject({
    codeSeconds: z.number().int().positive().default(600),
    accessTokenSeconds: z.number().int().positive().default(86_400),
    refreshTokenSeconds: z.number().int().positive().default(31_536_000),
  })
  .prefault({});

/** An app of the developer portal, as `startSimulator({ apps })` and the control endpoint take it. */
export const simulatedAppSchema = z.strictObject({
  clientKey: z.string().min(1),
  clientSecret: z.string().min(1),
  name: z.string().min(1).default('Simulated Studio'),
  /** Apps of one developer see the same union_id for a person. */
  developer: z.string().min(1).default('simulated-developer'),
  /** `draft`: Login Kit is not added or the app is in review, so the authorize page refuses its key. */
  status: z.enum(['live', 'draft']).default('live'),
  mode: z.enum(['production', 'sandbox']).default('production'),
  /** Account ids that may use the app in sandbox mode. */
  targetAccounts: z.array(z.string()).default([]),
  /** The platform redirect URIs are registered under. `by_redirect`: desktop for loopback addresses, web for all others. */
  platform: z.enum(['by_redirect', 'web', 'desktop']).default('by_redirect'),
  /** What a web app's optional PKCE parameters lead to: `verify` checks them at the exchange, `refuse` shows an error page. */
  webPkce: z.enum(['verify', 'refuse']).default('verify'),
  /** Also accept base64url challenges beside TikTok's hex ones. */
  base64urlPkce: z.boolean().default(false),
  /** Compared byte for byte; a loopback entry may have `*` as its port and as the end of its path. */
  redirectUris: z.array(z.string().max(511)).default(['http://localhost:*/*', 'http://127.0.0.1:*/*']),
  /** Scopes enabled for the app. */
  scopes: z.array(z.string()).default(Object.keys(scopeDescriptions)),
  /** What a refresh does with the refresh token; `refuse` is what a sandbox app was seen to do. */
  rotation: z.enum(['same', 'rotate', 'rotate-grace', 'refuse']).default('rotate'),
  graceSeconds: z.number().int().nonnegative().default(60),
  /** Whether a refresh starts the refresh token's lifetime anew; otherwise it counts from the consent. */
  refreshLifetimeRestarts: z.boolean().default(false),
  lifetimes: lifetimesSchema,
  /** Whether the app passed TikTok's content posting audit; one that did not may only post privately to private accounts. */
  audited: z.boolean().default(true),
  /** How many accounts may post in 24 hours; null: as many as want, or five before the audit. */
  activeUserCap: z.number().int().nonnegative().nullable().default(null),
  /**
   * Where media may be pulled from: a domain with its sub-domains (`example.com`), or a URL prefix
   * (`https://media.example.com/posts/`). Loopback prefixes may be http and have `*` as their port.
   */
  verifiedProperties: z.array(z.string().min(1)).default(['http://localhost:*/', 'http://127.0.0.1:*/']),
  /** Where the app is told of what happens; null: nowhere. */
  webhookUrl: z.url({ protocol: /^https?$/ }).nullable().default(null),
});

export type SimulatedApp = z.infer<typeof simulatedAppSchema>;

/** An app with the defaults for whatever is left out; the whole default app when nothing is given. */
export function simulatedApp(overrides: Partial<SimulatedApp> = {}): SimulatedApp {
  return simulatedAppSchema.parse({
    clientKey: 'awsimulated00001',
    clientSecret: 'simulated-client-secret-00000001',
    ...overrides,
  });
}
