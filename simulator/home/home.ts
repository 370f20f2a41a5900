import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pageHeaders, renderPage } from '../pages/templates.ts';
import { revokeGrant } from '../oauth/revocation.ts';
import { advanced } from '../world/clock.ts';
import { grantKey } from '../world/grant.ts';
import { now } from '../world/world.ts';
import { latestPosts, tapFromForm } from './posts.ts';
import { ownCallersOnly } from '../wire/own-callers.ts';
import type { Service } from '../wire/serve.ts';

const shownCalls = 25;
const pictures = ['avatar', 'cover'];
const revokeForm = z.object({ client_key: z.string(), account: z.string() });
/** With `no-referrer`, browsers would hide the origin of this page's own forms. */
const homeHeaders = { ...pageHeaders, 'referrer-policy': 'same-origin' };
const advanceForm = z.object({ seconds: z.coerce.number().int().min(1).max(31_536_000) });

/** The page at the simulator's own address: who allowed what, the clock and the latest calls. */
export function homeRoutes(server: FastifyInstance, service: Service): void {
  const {
    simulation: { world },
    store,
  } = service;

  const onRequest = ownCallersOnly(service.simulation);

  server.get('/', { onRequest }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers(homeHeaders).send(homePage(service)),
  );

  server.post('/_simulator/revoke', { onRequest }, async (request, reply) => {
    const form = revokeForm.safeParse(fieldsOf(request.body));
    const grant = form.success ? world.grants.get(grantKey(form.data.client_key, form.data.account)) : undefined;
    if (grant !== undefined && grant.revokedAt === null) revokeGrant(world, grant, 'person');
    await store.save();
    service.deliveries.flush();
    return reply.redirect('/', 303);
  });

  server.post('/_simulator/tap', { onRequest }, async (request, reply) => {
    tapFromForm(world, fieldsOf(request.body));
    await store.save();
    service.deliveries.flush();
    return reply.redirect('/', 303);
  });

  server.post('/_simulator/advance', { onRequest }, async (request, reply) => {
    const form = advanceForm.safeParse(fieldsOf(request.body));
    if (form.success) world.clock = advanced(world.clock, form.data.seconds * 1000);
    await store.save();
    return reply.redirect('/', 303);
  });
}

const fieldsOf = (body: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''));

function homePage({ simulation, calls, faults }: Service): string {
  const { world } = simulation;
  const nameOf = (accountId: string): string => world.accounts.get(accountId)?.displayName ?? accountId;
  return renderPage('home', {
    origin: simulation.publicUrl(),
    time: readable(now(world)),
    isFrozen: world.clock.frozenAt !== null,
    apps: [...world.apps.values()],
    grants: [...world.grants.values()]
      .filter((grant) => grant.revokedAt === null)
      .map((grant) => ({
        ...grant,
        app: world.apps.get(grant.clientKey)?.name ?? grant.clientKey,
        person: nameOf(grant.accountId),
        since: readable(grant.grantedAt),
      })),
    faults: faults.all().length,
    posts: latestPosts(world).map((post) => ({ ...post, person: nameOf(post.account), time: readable(post.at) })),
    calls: calls
      .all()
      .filter((call) => !pictures.includes(call.endpoint))
      .slice(-shownCalls)
      .reverse()
      .map((call) => ({ ...call, time: readable(Date.parse(call.at)) })),
  });
}

/** @param time ms since the epoch */
const readable = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
