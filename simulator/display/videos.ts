import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { dataAnswer, dataError } from '../wire/json-answer.ts';
import type { SimulatedVideo } from '../world/account.ts';
import type { World } from '../world/world.ts';
import { readVisitor, scopeMissing, type Visitor } from './visitor.ts';
import { pickFields, readFields } from './fields.ts';
import { readJson } from './json-body.ts';
import { isVideoField, videoFields } from './video-fields.ts';

const listBody = z.object({ cursor: z.number().int().nonnegative().optional(), max_count: z.number().int().min(1).max(20).default(10) });
const queryBody = z.object({ filters: z.object({ video_ids: z.array(z.string()).min(1).max(20) }) });

/** The account's public videos, newest first, those older than the cursor. */
export const videoListEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/video/list/',
  name: () => 'video_list',
  handle: (simulation, call) =>
    answered(simulation, call, listBody, (visitor, body) => {
      const older = publicVideos(visitor).filter(
        (video) => body.cursor === undefined || body.cursor === 0 || cursorOf(video) < body.cursor,
      );
      const videos = older.slice(0, body.max_count);
      return { videos, cursor: videos.map(cursorOf).at(-1) ?? body.cursor ?? 0, has_more: older.length > videos.length };
    }),
};

/** The videos with these ids; unknown ids and those of other accounts are left out. */
export const videoQueryEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/video/query/',
  name: () => 'video_query',
  handle: (simulation, call) =>
    answered(simulation, call, queryBody, (visitor, body) => ({
      videos: publicVideos(visitor).filter((video) => body.filters.video_ids.includes(video.id)),
    })),
};

type Found = Readonly<{ videos: readonly SimulatedVideo[]; cursor?: number; has_more?: boolean }>;

function answered<T>(simulation: Simulation, call: Call, schema: z.ZodType<T>, find: (visitor: Visitor, body: T) => Found): Answer {
  const { world } = simulation;
  return readVisitor(world, call)
    .andThen((visitor) => (visitor.access.scopes.includes('video.list') ? ok(visitor) : err(scopeMissing(world, call))))
    .andThen((visitor) =>
      readFields(world, call, isVideoField).andThen((names) =>
        readBody(world, call, schema).map((body) => {
          const { videos, ...rest } = find(visitor, body);
          const picked = videos.map((video) => pickFields(world, call, videoFields(simulation, call, visitor, video), names));
          return dataAnswer(world.settings, call, { videos: picked, ...rest });
        }),
      ),
    )
    .match(
      (answer) => answer,
      (refused) => refused,
    );
}

function readBody<T>(world: World, call: Call, schema: z.ZodType<T>): Result<T, Answer> {
  const body = schema.safeParse(readJson(call));
  return body.success ? ok(body.data) : err(dataError(world.settings, call, 'invalid_params', z.prettifyError(body.error)));
}

const publicVideos = ({ account }: Visitor): readonly SimulatedVideo[] =>
  account.videos.filter((video) => video.isPublic).sort((a, b) => b.createTime - a.createTime);

const cursorOf = (video: SimulatedVideo): number => video.createTime * 1000;
