import { z } from 'zod';
import type { Choice, SimulatorControl } from './simulator-control.ts';
import type { Wire, WireAnswer, WireCall } from './wire.ts';

const outcome = z.union([z.tuple([z.literal('tiktok_success'), z.literal('true')]), z.tuple([z.literal('tiktok_error'), z.string()])]);

/** What the return address says: `success`, or the `tiktok_error`. */
export const outcomeOf = (answer: WireAnswer): string => {
  const said = [...answer.location().searchParams].filter(([name]) => name.startsWith('tiktok_'));
  const [name, value] = outcome.parse(said[0]);
  return said.length === 1 && name === 'tiktok_success' ? 'success' : value;
};

const connectionSchema = z.looseObject({
  id: z.uuid(),
  user_id: z.string(),
  status: z.string(),
  tiktok: z.looseObject({ open_id: z.string().nullable(), display_name: z.string().nullable() }),
  scopes: z.array(z.string()),
  revision: z.number(),
});
export type ShownConnection = z.infer<typeof connectionSchema>;
const userInfo = z.object({ connected: z.boolean(), connection: connectionSchema.nullable(), connections: z.array(connectionSchema) });

/** Someone with a browser that keeps the cookies of one host. */
export interface WirePerson {
  readonly cookies: Map<string, string>;
  call(options: WireCall): Promise<WireAnswer>;
  /** Goes to our authorize route; answers TikTok's address. */
  begin(query?: string): Promise<string>;
  /** Follows the address that TikTok sends the browser back to. */
  comeBack(callback: URL): Promise<WireAnswer>;
  /** Begins, decides at TikTok, comes back. */
  connect(choice: Choice, query?: string): Promise<WireAnswer>;
  /** What `user/info` shows as connected. */
  connections(): Promise<readonly ShownConnection[]>;
  unbind(connectionId?: string): Promise<WireAnswer>;
}

const takeCookie = (cookies: Map<string, string>, line: string): void => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const cut = pair.indexOf('=');
  const name = pair.slice(0, cut);
  if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) cookies.delete(name);
  else cookies.set(name, pair.slice(cut + 1));
};

/** @param origin of the pages that this person uses, when browsers reach the service by another address than the test */
export const wirePerson = (
  wire: Wire,
  tiktok: SimulatorControl,
  cookies: Readonly<Record<string, string>>,
  origin: string = wire.url,
): WirePerson => {
  const kept = new Map(Object.entries(cookies));
  const call = async (options: WireCall): Promise<WireAnswer> => {
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await wire.call({ ...options, headers: { ...(cookie === '' ? {} : { cookie }), ...options.headers } });
    for (const line of answer.setCookies) takeCookie(kept, line);
    return answer;
  };
  const begin = async (query = ''): Promise<string> => {
    const answer = await call({ url: `/api/tiktok/auth/authorize${query}` });
    if (answer.status !== 302) throw new Error(`authorize answered ${answer.status}, to ${answer.location().href}`);
    return answer.location().href;
  };
  const comeBack = ({ pathname, search }: URL): Promise<WireAnswer> => call({ url: `${pathname}${search}` });
  return {
    cookies: kept,
    call,
    begin,
    comeBack,
    connect: async (choice, query = '?add_account=1') => comeBack(await tiktok.decide(await begin(query), choice)),
    connections: async () => userInfo.parse((await call({ url: '/api/tiktok/user/info' })).json()).connections,
    unbind: (connectionId) =>
      call({
        method: 'POST',
        url: '/api/tiktok/unbind',
        headers: { origin },
        body: connectionId === undefined ? {} : { connection_id: connectionId },
      }),
  };
};
