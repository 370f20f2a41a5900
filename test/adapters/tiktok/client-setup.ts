import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import type { PkceMode } from '../../../src/adapters/tiktok/pkce.ts';
import { createTikTokClient } from '../../../src/adapters/tiktok/tiktok-client.ts';
import { clientKey } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { answerOf, startScriptedServer, type Script, type ScriptedServer } from '../../support/scripted-server.ts';

export const clientSecret = 'made-up-client-secret!*&=';
export const code = 'made-up-code*1!4608.va';
export const codeVerifier = 'dev-sim.verifier~0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const accessToken = 'act.made-up-access!5012.va';
export const refreshToken = 'rft.made-up-refresh!5012.va';
export const redirectUri = 'https://app.example/api/tiktok/auth/callback';
export const logId = '20260901101112AAAABBBBCCCCDDDDEEEE';

/** None of these may show in a failure. */
export const credentials: readonly string[] = [clientSecret, code, codeVerifier, accessToken, refreshToken];

export const basicScopes = [scope('user.info.basic')];

export const tokenBody: Readonly<Record<string, unknown>> = {
  access_token: accessToken,
  expires_in: 86_400,
  open_id: '-000Made_UpOpenId',
  refresh_expires_in: 31_536_000,
  refresh_token: refreshToken,
  scope: 'user.info.basic,video.publish',
  token_type: 'Bearer',
};

export const user: Readonly<Record<string, unknown>> = {
  open_id: '-000Made_UpOpenId',
  union_id: '6f1d-made-up',
  display_name: 'Ada',
  avatar_url: 'https://p16.cdn.example/a.jpeg?x-expires=1790003600',
};

export const userBody = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ data: { user: { ...user, ...changes } }, error: { code: 'ok', message: '', log_id: logId } });

/** `base` with some fields replaced; those set to undefined are left out. */
export const json = (base: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...base, ...changes });

export const clientFor = (apiUrl: string, pkce: PkceMode = 'off', timeoutMillis = 2_000) => {
  const dispatcher = createGuardedDispatcher({
    exemptOrigins: [apiUrl],
    limits: { headers: timeoutMillis, bodyPause: timeoutMillis, total: timeoutMillis },
  });
  const client = createTikTokClient({
    clientKey: clientKey('made-up-key'),
    clientSecret: secret(clientSecret),
    redirectUri,
    pkce,
    authorizeUrl: 'https://www.tiktok.example/v2/auth/authorize/',
    apiUrl,
    dispatcher,
    timeouts: { token: timeoutMillis, userInfo: timeoutMillis },
  });
  return { client, dispatcher };
};

export type Rig = Readonly<{ server: ScriptedServer; client: ReturnType<typeof clientFor>['client']; stop: () => Promise<void> }>;

/** A client with a server behind it that does what `script` says. */
export const rig = async (script: Script, pkce: PkceMode = 'off', timeoutMillis?: number): Promise<Rig> => {
  const server = await startScriptedServer(script);
  const { client, dispatcher } = clientFor(server.origin, pkce, timeoutMillis);
  return {
    server,
    client,
    stop: async () => {
      await dispatcher.destroy();
      await server.stop();
    },
  };
};

export const answering =
  (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Script =>
  (socket) =>
    void socket.write(answerOf(status, body, headers));
