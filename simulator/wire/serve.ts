import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallLog } from '../calls/call-log.ts';
import type { Fault } from '../faults/fault.ts';
import type { FaultList } from '../faults/fault-list.ts';
import { befall } from '../faults/befall.ts';
import { isCarriedOut, outcomeOf, type Outcome } from '../faults/outcome.ts';
import type { Progress } from '../publishing/progress.ts';
import type { Deliveries } from '../webhooks/deliveries.ts';
import type { StateStore } from '../world/state-store.ts';
import type { Answer } from './answer.ts';
import { readCall, type Call } from './call.ts';
import { drain, swallow, throttled } from './body.ts';
import { identify, type Caller } from './caller.ts';
import type { Endpoint, Simulation } from './endpoint.ts';

export type Service = Readonly<{
  simulation: Simulation;
  store: StateStore;
  faults: FaultList;
  calls: CallLog;
  deliveries: Deliveries;
  progress: Progress;
  /** Aborted when the simulator stops. */
  stopping: AbortSignal;
  nextCallNumber: () => number;
}>;

/** Runs one call: record, fault, endpoint, stored state, answer — in this order. */
export async function serve(service: Service, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { simulation, store, faults, calls, deliveries, progress, stopping } = service;
  const call = readCall(simulation.world, service.nextCallNumber(), request);
  const name = endpoint.name(call);
  const caller = identify(simulation.world, call);
  const fault = faults.take(name, caller);
  const record = calls.begin(call, name, caller, fault === null ? null : { id: fault.id, action: fault.action.type });
  reply.raw.once('close', () => calls.end(record));

  const body = fault?.action.type === 'slow' ? throttled(request.raw, fault.action.bytes_per_second, stopping) : request.raw;
  const carryOut = async (): Promise<Answer> => {
    const cameDue = progress.run();
    const answer = await endpoint.handle(simulation, call, body);
    record.processed = true;
    const followed = progress.run();
    if (endpoint.changesWorld === true || cameDue || followed) await store.save();
    deliveries.flush();
    return answer;
  };
  const outcome: Outcome =
    fault === null ? { kind: 'answer', answer: await carryOut() } : await spoilt(service, fault, { name, call, caller, carryOut });
  if ('answer' in outcome) record.status = outcome.answer.status;
  if (outcome.kind === 'answer') {
    record.error = outcome.answer.error ?? null;
    calls.end(record);
  }
  if (endpoint.streamsBody === true && outcome.kind !== 'drop' && outcome.kind !== 'hang') await drain(request.raw);
  await send(outcome, request, reply, stopping);
}

type Struck = Readonly<{ name: string; call: Call; caller: Caller; carryOut: () => Promise<Answer> }>;

async function spoilt({ simulation, store, stopping }: Service, fault: Fault, { name, call, caller, carryOut }: Struck): Promise<Outcome> {
  const delay = async (): Promise<void> => (fault.delay_ms === 0 ? undefined : wait(fault.delay_ms, undefined, { signal: stopping }));
  const strike = async (): Promise<void> => {
    await delay();
    if (befall(simulation.world, fault, caller)) await store.save();
  };
  if (fault.when === 'before') await strike();
  const real = isCarriedOut(fault) ? await carryOut() : null;
  if (fault.when === 'after') await strike();
  return outcomeOf(fault, name, call, real);
}

async function send(outcome: Outcome, request: FastifyRequest, reply: FastifyReply, stopping: AbortSignal): Promise<void> {
  switch (outcome.kind) {
    case 'answer':
      await reply.code(outcome.answer.status).headers(outcome.answer.headers).send(outcome.answer.body);
      return;
    case 'stream':
      await reply
        .code(outcome.answer.status)
        .headers(outcome.answer.headers)
        .send(Readable.from(outcome.chunks(stopping)));
      return;
    case 'break':
      reply.hijack();
      reply.raw.writeHead(outcome.answer.status, { ...outcome.answer.headers, 'content-length': outcome.bytes });
      reply.raw.write(outcome.answer.body, () => request.raw.socket.destroy());
      return;
    case 'drop':
      reply.hijack();
      await swallow(request.raw, outcome.afterBytes);
      request.raw.socket.destroy();
      return;
    case 'hang':
      reply.hijack();
  }
}
