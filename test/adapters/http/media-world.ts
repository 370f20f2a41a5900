import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { ok } from 'neverthrow';
import { z } from 'zod';
import type { HttpDeps } from '../../../src/adapters/http/http-deps.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import type { ApiScope } from '../../../src/application/execution/principal.ts';
import { createApiKey } from '../../../src/application/keys/api-keys.ts';
import { userId } from '../../../src/domain/values/ids.ts';
import { createTestHttp, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { madeUpVideo } from '../../support/made-up-videos.ts';
import { assertDocumented } from '../../support/openapi-check.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

type Headers = Readonly<Record<string, string>>;

/** An application in production into which files are uploaded; the token of a user is the user's name. */
export interface MediaWorld {
  readonly http: TestHttp;
  readonly parts: Omit<HttpDeps, 'logger'>;
  readonly database: MigratedDatabase;
  readonly service: Headers;
  readonly video: Buffer;
  keyWith(...scopes: readonly ApiScope[]): Promise<Headers>;
  /** Sends a file, and holds the answer to the OpenAPI document. */
  upload(payload: Buffer, headers?: Headers, on?: TestHttp): Promise<LightMyRequestResponse>;
  /** The id of a file that was taken in. */
  uploaded(payload: Buffer, headers?: Headers): Promise<string>;
  files(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const stored = z.object({ id: z.uuid() });

export const asUser = (name: string): Headers => ({ authorization: `Bearer ${name}` });

export const createMediaWorld = async (): Promise<MediaWorld> => {
  const database = await createMigratedDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'media-routes-'));
  const made = createHttpParts({ pool: database.pool, eventStore: createInMemoryEventStore(), tiktok: noTikTok, mediaDir: folder });
  const parts = { ...made.parts, verifyUserToken: (token: Readonly<{ reveal: () => string }>) => Promise.resolve(ok(userId(token.reveal()))) };
  const http = await createTestHttp(parts);
  const keyWith = async (...scopes: readonly ApiScope[]): Promise<Headers> => {
    const ports = { apiKeys: createApiKeys(database.pool, systemClock), ids: systemIds, securityLog: createSecurityLog(database.pool) };
    const key = (await createApiKey(ports, 'test', scopes, 'test'))._unsafeUnwrap();
    return { authorization: `Bearer ${key.presented.reveal()}` };
  };
  const service = await keyWith('publish');
  const upload: MediaWorld['upload'] = async (payload, headers = service, on = http) => {
    const answer = await on.app.inject({
      method: 'POST',
      url: '/v1/media',
      headers: { 'content-type': 'video/mp4', 'content-length': String(payload.byteLength), ...headers },
      payload,
    });
    assertDocumented({ method: 'POST', url: '/v1/media', status: answer.statusCode, headers: answer.headers, body: answer.body }, on.document);
    return answer;
  };
  return {
    http,
    parts,
    database,
    service,
    video: await madeUpVideo({ container: 'mp4', codec: 'avc' }),
    keyWith,
    upload,
    uploaded: async (payload, headers) => stored.parse((await upload(payload, headers)).json()).id,
    files: () => readdir(folder).catch((): string[] => []),
    close: async () => {
      await http.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
