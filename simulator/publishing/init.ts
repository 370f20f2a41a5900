import { err, ok, type Result } from 'neverthrow';
import { readJson } from '../display/json-body.ts';
import type { Visitor } from '../display/visitor.ts';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { dataAnswer, dataError } from '../wire/json-answer.ts';
import type { PublishTask } from '../world/publish-task.ts';
import type { Settings } from '../world/settings.ts';
import { authorized } from './authorized.ts';
import { beginTask } from './begin-task.ts';
import { judgeOrder } from './judge-order.ts';
import type { Order } from './order.ts';
import { photoModeOf, readPhotoOrder } from './photo-order.ts';
import { refusalTexts } from './refusal-texts.ts';
import { uploadUrl } from './upload-url.ts';
import { readVideoOrder } from './video-order.ts';

type Init = Readonly<{
  path: string;
  name: string;
  modeOf: (body: unknown) => Order['mode'];
  read: (body: unknown, settings: Settings) => Result<Order, string>;
}>;

/** The three ways to begin a post. Checks go in one order: token, scope, rate, body, what the creator and the app may. */
export const initEndpoints: readonly Endpoint[] = [
  initEndpoint({
    path: '/v2/post/publish/video/init/',
    name: 'init.video',
    modeOf: () => 'direct',
    read: (body, settings) => readVideoOrder('direct', body, settings),
  }),
  initEndpoint({
    path: '/v2/post/publish/inbox/video/init/',
    name: 'init.inbox',
    modeOf: () => 'inbox',
    read: (body, settings) => readVideoOrder('inbox', body, settings),
  }),
  initEndpoint({ path: '/v2/post/publish/content/init/', name: 'init.photo', modeOf: photoModeOf, read: readPhotoOrder }),
];

function initEndpoint({ path, name, modeOf, read }: Init): Endpoint {
  return {
    method: 'POST',
    path,
    name: () => name,
    changesWorld: true,
    handle: (simulation, call) => {
      const { world } = simulation;
      const body = readJson(call);
      const scopes = [modeOf(body) === 'direct' ? 'video.publish' : 'video.upload'];
      return authorized(simulation, call, { endpoint: name, scopes, limit: world.settings.publishing.rateLimits.init })
        .andThen((visitor) =>
          read(body, world.settings)
            .mapErr((words) => dataError(world.settings, call, world.settings.publishing.paramError, words))
            .andThen((order) => accepted(simulation, call, visitor, order)),
        )
        .match(
          (task) => dataAnswer(world.settings, call, started(simulation, call, task)),
          (refused) => refused,
        );
    },
  };
}

function accepted({ world }: Simulation, call: Call, visitor: Visitor, order: Order): Result<PublishTask, Answer> {
  const app = world.apps.get(visitor.access.grant.clientKey);
  if (app === undefined) return err(dataError(world.settings, call, 'internal_error', 'The app of this token is gone.'));
  const refusal = judgeOrder(world, app, visitor, order, call.at);
  return refusal === null
    ? ok(beginTask(world, call, visitor, order))
    : err(dataError(world.settings, call, refusal, refusalTexts[refusal]));
}

const started = (simulation: Simulation, call: Call, { publishId, transfer }: PublishTask): Readonly<Record<string, unknown>> => ({
  publish_id: publishId,
  ...(transfer.source === 'FILE_UPLOAD' ? { upload_url: uploadUrl(simulation, call, transfer) } : {}),
});
