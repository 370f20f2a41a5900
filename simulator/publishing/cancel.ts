import { z } from 'zod';
import { readJson } from '../display/json-body.ts';
import type { Endpoint } from '../wire/endpoint.ts';
import { dataError, jsonAnswer } from '../wire/json-answer.ts';
import type { PublishTask } from '../world/publish-task.ts';
import { authorized } from './authorized.ts';
import { fail } from './ending.ts';
import { ownTask } from './own-task.ts';

const bodySchema = z.object({ publish_id: z.string() });

/** Ends a pull, as long as TikTok has not got all of it. */
export const cancelEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/post/publish/cancel/',
  name: () => 'cancel',
  changesWorld: true,
  handle: (simulation, call) => {
    const { world } = simulation;
    return authorized(simulation, call, { endpoint: 'cancel', scopes: ['video.upload', 'video.publish'], limit: null })
      .andThen((visitor) => ownTask(world, call, visitor, bodySchema.safeParse(readJson(call)).data?.publish_id))
      .match(
        (task) => {
          if (!isCancellable(task, call.at)) return dataError(world.settings, call, 'publish_not_cancellable', 'The publish can not be cancelled.');
          fail(world, task, 'publish_cancelled', call.at);
          return jsonAnswer(world.settings, call, 200, { error: { code: 'ok', message: '', log_id: call.logId } });
        },
        (refused) => refused,
      );
  },
};

const isCancellable = ({ status, receivedAt }: PublishTask, at: number): boolean =>
  status === 'PROCESSING_DOWNLOAD' && (receivedAt === null || at < receivedAt);
