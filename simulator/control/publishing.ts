import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { publish } from '../publishing/ending.ts';
import { hide, makePublic } from '../publishing/visibility.ts';
import { privacyLevels } from '../world/post.ts';
import { now } from '../world/world.ts';
import type { Service } from '../wire/serve.ts';
import { ControlProblem, found, parsed } from './problem.ts';
import { postOnWire, taskOnWire } from './published.ts';

type Named = { Params: { id: string } };

const filterSchema = z.strictObject({ account: z.string().optional(), client_key: z.string().optional(), publish_id: z.string().optional() });
const tapSchema = z.strictObject({
  publish_id: z.string(),
  posts: z.number().int().min(1).max(100).default(1),
  privacy_level: z.enum(privacyLevels).default('PUBLIC_TO_EVERYONE'),
  title: z.string().optional(),
});

/** Posts, what is on its way to become one, and drafts in the inboxes. */
export function publishingRoutes(control: FastifyInstance, { simulation: { world }, progress }: Service): void {
  const { tasks, posts } = world.publishing;

  control.get('/posts', async ({ query }) => {
    const filter = parsed(filterSchema, query);
    progress.run();
    const fitting = [...posts.values()].filter((post) => fits(post, filter));
    return { count: fitting.length, posts: fitting.map(postOnWire) };
  });

  control.patch<Named>('/posts/:id', async ({ params, body }) => {
    const post = found(posts.get(params.id), `post ${params.id}`);
    const { is_public } = parsed(z.strictObject({ is_public: z.boolean() }), body);
    if (is_public && !post.isPublic) makePublic(world, post, now(world));
    if (!is_public) hide(world, post, now(world));
    return postOnWire(post);
  });

  control.get('/publishes', async ({ query }) => {
    const filter = parsed(filterSchema, query);
    progress.run();
    const fitting = [...tasks.values()].filter((task) => fits(task, filter));
    return { count: fitting.length, publishes: fitting.map(taskOnWire) };
  });

  control.post('/inbox/tap', async ({ body }) => {
    const wish = parsed(tapSchema, body);
    progress.run();
    const task = found(tasks.get(wish.publish_id), `publish_id ${wish.publish_id}`);
    if (task.mode !== 'inbox' || !['SEND_TO_USER_INBOX', 'PUBLISH_COMPLETE'].includes(task.status))
      throw new ControlProblem(409, `The draft ${task.publishId} is not in the inbox: it is ${task.status}.`);
    const choice = { privacyLevel: wish.privacy_level, title: wish.title ?? task.post.title };
    const made = Array.from({ length: wish.posts }, () => publish(world, task, choice, now(world)));
    return { posts: made.map(postOnWire) };
  });
}

type Filter = z.infer<typeof filterSchema>;

const fits = (of: Readonly<{ accountId: string; clientKey: string; publishId: string }>, { account, client_key, publish_id }: Filter): boolean =>
  (account ?? of.accountId) === of.accountId && (client_key ?? of.clientKey) === of.clientKey && (publish_id ?? of.publishId) === of.publishId;
