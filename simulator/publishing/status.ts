import { z } from 'zod';
import { readJson } from '../display/json-body.ts';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint } from '../wire/endpoint.ts';
import { dataAnswer } from '../wire/json-answer.ts';
import type { PublishTask } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';
import { authorized } from './authorized.ts';
import { ownTask } from './own-task.ts';

/** What has become of a post. Ids are numbers that JavaScript cannot hold, under TikTok's own misspelt name. */
export const statusEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/post/publish/status/fetch/',
  name: () => 'status',
  handle: (simulation, call) =>
    authorized(simulation, call, {
      endpoint: 'status',
      scopes: ['video.upload', 'video.publish'],
      limit: simulation.world.settings.publishing.rateLimits.status,
    })
      .andThen((visitor) => ownTask(simulation.world, call, visitor, bodySchema.safeParse(readJson(call)).data?.publish_id))
      .match(
        (task) => answer(simulation.world, call, task),
        (refused) => refused,
      ),
};

const bodySchema = z.object({ publish_id: z.string() });

function answer(world: World, call: Call, task: PublishTask): Answer {
  const { transfer } = task;
  const values = {
    fail_reason: task.failReason ?? '',
    publicaly_available_post_id: task.postIds.filter((id) => world.publishing.posts.get(id)?.isPublic === true),
    uploaded_bytes: transfer.source === 'FILE_UPLOAD' ? transfer.received : 0,
    downloaded_bytes: transfer.source === 'PULL_FROM_URL' ? transfer.downloaded : 0,
  };
  const kept = Object.entries(values).filter(([, value]) => !isEmpty(value) || !isOmitted(world, call));
  return withNumbers(dataAnswer(world.settings, call, { status: task.status, ...Object.fromEntries(kept) }));
}

const isEmpty = (value: string | number | readonly string[]): boolean => (typeof value === 'number' ? value === 0 : value.length === 0);

function isOmitted({ settings: { emptyFields } }: World, call: Call): boolean {
  return emptyFields === 'omitted' || (emptyFields === 'sometimes_omitted' && call.dice() < 0.5);
}

/** `JSON.stringify` has no numbers of 19 digits. */
const withNumbers = (written: Answer): Answer => ({
  ...written,
  body: written.body.replace(/("publicaly_available_post_id":)\[([^\]]*)\]/, (_, name: string, ids: string) => `${name}[${ids.replaceAll('"', '')}]`),
});
