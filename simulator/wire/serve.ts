import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallLog } from '../calls/call-log.ts';
import type { FaultList } from '../faults/fault-list.ts';
import { isCarriedOut, outcomeOf, type Outcome } from '../faults/outcome.ts';
import type { StateStore } from '../world/state-store.ts';
import { readCall } from './call.ts';
import { identify } from './caller.ts';
import type { Endpoint, Simulation } from './endpoint.ts';

export type Service = Readonly<{
  simulation: Simulation;
  store: StateStore;
  faults: FaultList;
  calls: CallLog;
  /** Aborted when the simulator stops. */
  stopping: AbortSignal;
  nextCallNumber: () => number;
}>;

/** Runs one call: record, fault, endpoint, stored state, answer — in this order. */
export async function serve(service: Service, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { simulation, store, faults, calls, stopping } = service;
  const call = readCall(simulation.world, service.nextCallNumber(), request);
  const name = endpoint.name(call);
  const caller = identify(simulation.world, call);
  const fault = faults.take(name, caller);
  const record = calls.begin(call, name, caller, fault === null ? null : { id: fault.id, action: fault.action.type });
  reply.raw.once('close', () => calls.end(record));

  const delayMs = fault?.delay_ms ?? 0;
  if (delayMs > 0 && fault?.when === 'before') await wait(delayMs, undefined, { signal: stopping });
  const real = fault === null || isCarriedOut(fault) ? endpoint.handle(simulation, call) : null;
  if (real !== null) {
    record.processed = true;
    if (endpoint.changesWorld === true) await store.save();
  }
  if (delayMs > 0 && fault?.when === 'after') await wait(delayMs, undefined, { signal: stopping });

  const spoilt: Outcome | null = fault === null ? null : outcomeOf(fault, name, call, real);
  const outcome: Outcome = spoilt ?? { kind: 'answer', answer: real ?? { status: 500, headers: {}, body: '' } };
  switch (outcome.kind) {
    case 'answer':
      record.status = outcome.answer.status;
      record.error = outcome.answer.error ?? null;
      await reply.code(outcome.answer.status).headers(outcome.answer.headers).send(outcome.answer.body);
      return;
    case 'stream':
      record.status = outcome.status;
      await reply
        .code(outcome.status)
        .header('content-type', 'application/json; charset=utf-8')
        .send(Readable.from(outcome.chunks(stopping)));
      return;
    case 'drop':
      reply.hijack();
      request.raw.socket.destroy();
      return;
    case 'hang':
      reply.hijack();
  }
}
