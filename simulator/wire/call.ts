import type { FastifyRequest } from 'fastify';
import { timestampOf } from './log-id.ts';
import { dice, draw, type Dice } from '../world/draw.ts';
import { now, type World } from '../world/world.ts';

/** One HTTP request as the endpoints see it. */
export type Call = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  /** Every Content-Type header sent: sending it twice is an error of its own. */
  contentTypes: readonly string[];
  body: string;
  logId: string;
  /** Simulated time of arrival, ms. */
  at: number;
  dice: Dice;
}>;

/** Reads a request; `number` counts the calls since the start. */
export function readCall(world: World, number: number, request: FastifyRequest): Call {
  const url = new URL(request.raw.url ?? '/', 'http://simulator.invalid');
  const at = now(world);
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(request.raw.headersDistinct).map(([name, values]) => [name, values?.join(', ') ?? ''])),
    contentTypes: request.raw.headersDistinct['content-type'] ?? [],
    body: typeof request.body === 'string' ? request.body : '',
    logId: timestampOf(at) + draw(world.seed, 'log', world.starts, number).toString('hex').slice(0, 20).toUpperCase(),
    at,
    dice: dice(world.seed, 'call', world.starts, number),
  };
}
