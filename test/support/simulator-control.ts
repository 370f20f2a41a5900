import { z } from 'zod';
import type { faultSchema } from '../../simulator/faults/fault.ts';

export type FaultRule = z.input<typeof faultSchema>;
export type Choice = Readonly<{ account: string; scopes?: readonly string[]; cancel?: boolean }>;
export type CallFilter = Readonly<{ endpoint?: string; account?: string; pending?: 'true' | 'false' }>;

const redirected = z.object({ callback_url: z.url() });
const counted = z.object({ count: z.number(), endpoints: z.record(z.string(), z.object({ max_in_flight: z.number() })) });
const heldTokens = z.object({
  tokens: z.array(z.object({ kind: z.enum(['code', 'access', 'refresh']), token: z.string(), account: z.string(), status: z.string() })),
});
const exchanges = z.object({ calls: z.array(z.object({ parameters: z.object({ code_verifier: z.string() }) })) });
const heldGrants = z.object({ grants: z.array(z.object({ account: z.string(), open_id: z.string(), status: z.string() })) });

const receivedFile = z.object({ bytes: z.number(), sha256: z.string().nullable() });
const made = z.object({
  posts: z.array(
    z.object({
      id: z.string(),
      publish_id: z.string(),
      account: z.string(),
      kind: z.enum(['video', 'photo']),
      mode: z.enum(['direct', 'inbox']),
      title: z.string(),
      description: z.string(),
      privacy_level: z.string(),
      /** Of the video, or of the first photo. */
      bytes: z.number(),
      sha256: z.string().nullable(),
      files: z.array(receivedFile),
      is_public: z.boolean(),
    }),
  ),
});
const begun = z.object({
  publishes: z.array(
    z.object({
      publish_id: z.string(),
      account: z.string(),
      kind: z.enum(['video', 'photo']),
      mode: z.enum(['direct', 'inbox']),
      source: z.enum(['FILE_UPLOAD', 'PULL_FROM_URL']),
      status: z.enum(['PROCESSING_UPLOAD', 'PROCESSING_DOWNLOAD', 'SEND_TO_USER_INBOX', 'PUBLISH_COMPLETE', 'FAILED']),
      fail_reason: z.string().nullable(),
      post_ids: z.array(z.string()),
      uploaded_bytes: z.number().optional(),
      downloaded_bytes: z.number().optional(),
      files: z.array(receivedFile),
      post_info: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** A post that stands on the simulated TikTok. */
export type MadePost = z.infer<typeof made>['posts'][number];
/** A `publish_id` and what became of it. */
export type BegunPublish = z.infer<typeof begun>['publishes'][number];
export type PublishFilter = Readonly<{ account?: string; publish_id?: string }>;
/** How coming posts fare, in simulated ms; `times` null for all of them. */
export type FateRule = Readonly<{
  account?: string;
  times?: number | null;
  skip?: number;
  fail_reason?: string;
  stuck?: boolean;
  download_ms?: number;
  processing_ms?: number;
  moderation_ms?: number | null;
}>;
export type InboxTap = Readonly<{ posts?: number; privacy_level?: string; title?: string }>;

export type HeldToken = z.infer<typeof heldTokens>['tokens'][number];

/** The control endpoint of a running simulator. */
export interface SimulatorControl {
  /** Does what a person does on TikTok's page; answers where TikTok sends the browser. */
  decide(authorizeUrl: string, choice: Choice): Promise<URL>;
  addAccount(id: string, fields?: Readonly<Record<string, unknown>>): Promise<void>;
  changeAccount(id: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Changes the app, e.g. how long its tokens live. */
  changeApp(clientKey: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  addFaults(...rules: readonly FaultRule[]): Promise<void>;
  clearFaults(): Promise<void>;
  countCalls(filter?: CallFilter): Promise<number>;
  tokens(account?: string): Promise<readonly HeldToken[]>;
  /** Every PKCE verifier that came with an exchange. */
  verifiers(): Promise<readonly string[]>;
  openId(account: string): Promise<string>;
  /** Whether the account allows the app anything now. */
  isGranted(account: string): Promise<boolean>;
  /** The person removes the app in TikTok's settings. */
  removeApp(account: string): Promise<void>;
  /** What stands on TikTok: the proof that nothing was posted twice. */
  posts(filter?: PublishFilter): Promise<readonly MadePost[]>;
  countPosts(filter?: PublishFilter): Promise<number>;
  /** Every `publish_id` handed out. */
  publishes(filter?: PublishFilter): Promise<readonly BegunPublish[]>;
  addFates(...rules: readonly FateRule[]): Promise<void>;
  /** The person opens a draft in the TikTok app and posts it, once unless told otherwise. */
  tapInbox(publishId: string, tap?: InboxTap): Promise<readonly MadePost[]>;
  /** The person shows a post to everybody, or hides it. */
  showPost(id: string, isPublic: boolean): Promise<void>;
  /** Moves the simulated clock on. */
  advanceClock(ms: number): Promise<void>;
  /** Patches the settings, e.g. `{ publishing: { processing_ms: 0 } }`. */
  changeSettings(fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Nothing takes time and nothing is limited any more, but for the caps of apps and accounts. */
  withoutWaiting(): Promise<void>;
  /** Any other control route. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** @param simulatorUrl its origin */
export const simulatorControl = (simulatorUrl: string): SimulatorControl => {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${simulatorUrl}/_control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the simulator refused ${method} ${path}: ${await answer.text()}`);
    return answer.json();
  };
  const grants = async () => heldGrants.parse(await ask('GET', '/grants')).grants;
  const posts = async (filter: PublishFilter = {}) => made.parse(await ask('GET', `/posts?${new URLSearchParams(filter).toString()}`)).posts;
  const changeSettings = async (fields: Readonly<Record<string, unknown>>) => void (await ask('PATCH', '/settings', fields));
  return {
    decide: async (url, choice) => new URL(redirected.parse(await ask('POST', '/authorize', { url, ...choice })).callback_url),
    addAccount: async (id, fields = {}) => void (await ask('POST', '/accounts', { id, username: id, display_name: `Name of ${id}`, ...fields })),
    changeAccount: async (id, fields) => void (await ask('PATCH', `/accounts/${id}`, fields)),
    changeApp: async (clientKey, fields) => void (await ask('PATCH', `/apps/${clientKey}`, fields)),
    addFaults: async (...rules) => void (await ask('POST', '/faults', rules)),
    clearFaults: async () => void (await ask('DELETE', '/faults')),
    countCalls: async (filter = {}) => counted.parse(await ask('GET', `/calls/count?${new URLSearchParams(filter).toString()}`)).count,
    tokens: async (account) =>
      heldTokens.parse(await ask('GET', '/tokens')).tokens.filter((token) => account === undefined || token.account === account),
    verifiers: async () => exchanges.parse(await ask('GET', '/calls?endpoint=token.code')).calls.map(({ parameters }) => parameters.code_verifier),
    openId: async (account) => (await grants()).find((grant) => grant.account === account)?.open_id ?? '',
    removeApp: async (account) => void (await ask('POST', '/grants/revoke', { account })),
    posts,
    countPosts: async (filter) => (await posts(filter)).length,
    publishes: async (filter = {}) => begun.parse(await ask('GET', `/publishes?${new URLSearchParams(filter).toString()}`)).publishes,
    addFates: async (...rules) => void (await ask('POST', '/fates', rules)),
    tapInbox: async (publishId, tap = {}) => made.parse(await ask('POST', '/inbox/tap', { publish_id: publishId, ...tap })).posts,
    showPost: async (id, isPublic) => void (await ask('PATCH', `/posts/${id}`, { is_public: isPublic })),
    advanceClock: async (ms) => void (await ask('POST', '/clock/advance', { ms })),
    changeSettings,
    withoutWaiting: () =>
      changeSettings({
        publishing: { download_ms: 0, processing_ms: 0, moderation_ms: 0, rate_limits: { creator_info: null, init: null, status: null } },
      }),
    ask,
    isGranted: async (account) => (await grants()).some((grant) => grant.account === account && grant.status === 'active'),
  };
};
