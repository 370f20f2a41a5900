import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CallRecord } from '../calls/call-log.ts';
import type { Service } from '../wire/serve.ts';
import { parsed } from './problem.ts';

const filterSchema = z.strictObject({
  endpoint: z.string().optional(),
  client_key: z.string().optional(),
  account: z.string().optional(),
  error: z.string().optional(),
  faulty: z.enum(['true', 'false']).optional(),
  pending: z.enum(['true', 'false']).optional(),
  after: z.coerce.number().int().default(0),
  limit: z.coerce.number().int().min(0).max(20_000).default(1000),
});
type Filter = z.infer<typeof filterSchema>;

export function callRoutes(control: FastifyInstance, { calls }: Service): void {
  control.get('/calls', async ({ query }) => {
    const filter = parsed(filterSchema, query);
    const fitting = calls.all().filter((call) => fits(call, filter));
    return { count: fitting.length, calls: fitting.slice(0, filter.limit) };
  });

  control.get('/calls/count', async ({ query }) => {
    const filter = parsed(filterSchema, query);
    const fitting = calls.all().filter((call) => fits(call, filter));
    const byEndpoint = new Map<string, { count: number; max_in_flight: number }>();
    for (const { endpoint, in_flight } of fitting) {
      const sum = byEndpoint.get(endpoint) ?? { count: 0, max_in_flight: 0 };
      byEndpoint.set(endpoint, { count: sum.count + 1, max_in_flight: Math.max(sum.max_in_flight, in_flight) });
    }
    return { count: fitting.length, endpoints: Object.fromEntries(byEndpoint) };
  });

  control.delete('/calls', async () => {
    calls.clear();
    return { count: 0, calls: [] };
  });
}

function fits(call: CallRecord, filter: Filter): boolean {
  return (
    call.id > filter.after &&
    (filter.endpoint === undefined || call.endpoint === filter.endpoint || call.endpoint.startsWith(`${filter.endpoint}.`)) &&
    (filter.client_key === undefined || call.client_key === filter.client_key) &&
    (filter.account === undefined || call.account === filter.account) &&
    (filter.error === undefined || call.error === filter.error) &&
    (filter.faulty === undefined || (call.fault !== null) === (filter.faulty === 'true')) &&
    (filter.pending === undefined || (call.duration_ms === null) === (filter.pending === 'true'))
  );
}
