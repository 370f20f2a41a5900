import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { createPublishingClient } from '../../../src/adapters/tiktok/publishing-client.ts';
import type { PhotoStart, VideoStart } from '../../../src/application/ports/tiktok-publishing.ts';
import type { PostSettings } from '../../../src/domain/publication/request.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { startScriptedServer, type Script, type ScriptedServer } from '../../support/scripted-server.ts';
import { logId } from './client-setup.ts';

export const uploadUrl = 'https://open-upload.tiktokapis.example/video/?upload_id=7600000000000000002&upload_token=made-up-token';
export const pullUrl = 'https://media.example.com/spring.mp4?signature=made-up-signature';

export const settings: PostSettings = {
  privacyLevel: 'SELF_ONLY',
  allowComment: true,
  allowDuet: false,
  allowStitch: true,
  coverTimestampMillis: 1_500,
  brandOrganic: true,
  brandContent: false,
  isAiGenerated: true,
  autoAddMusic: true,
};

export const upload: VideoStart = {
  kind: 'video',
  mode: 'direct',
  title: 'Spring sale #shoes',
  description: null,
  settings,
  source: { kind: 'upload', plan: { totalBytes: 128_000_000, chunkBytes: 10_000_000, count: 12 } },
};
export const pull: VideoStart = { ...upload, source: { kind: 'pull', url: secret(pullUrl) } };
export const photos: PhotoStart = {
  kind: 'photo',
  mode: 'direct',
  title: 'Lookbook',
  description: 'Our #spring look',
  settings,
  urls: [secret('https://media.example.com/p/1.jpg'), secret('https://media.example.com/p/2.jpg')],
  coverIndex: 1,
};

/** A data endpoint's success. @param data as TikTok writes it, so that numbers keep their digits */
export const well = (data: string): string => `{"data":${data},"error":{"code":"ok","message":"","log_id":"${logId}"}}`;

export const refused = (code: string): string => JSON.stringify({ data: {}, error: { code, message: 'made up', log_id: logId } });

export type PublishingRig = Readonly<{ server: ScriptedServer; client: ReturnType<typeof createPublishingClient>; stop: () => Promise<void> }>;

/** A publishing client with a server behind it that does what `script` says. */
export const publishingRig = async (script: Script, timeoutMillis = 2_000): Promise<PublishingRig> => {
  const server = await startScriptedServer(script);
  const limits = { headers: timeoutMillis, bodyPause: timeoutMillis, total: timeoutMillis };
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [server.origin], limits });
  return {
    server,
    client: createPublishingClient({ apiUrl: server.origin, dispatcher, timeoutMillis }),
    stop: async () => {
      await dispatcher.destroy();
      await server.stop();
    },
  };
};
