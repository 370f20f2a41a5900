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
    ask,
    isGranted: async (account) => (await grants()).some((grant) => grant.account === account && grant.status === 'active'),
  };
};
