import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../application/execution/actor.ts';
import type { CommandContext } from '../../application/execution/command-context.ts';
import type { CommandId } from '../../domain/values/ids.ts';

const traceparent = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The caller's W3C trace context when it is well-formed; version ff is none. */
export const traceparentOf = (header: unknown): string | null =>
  typeof header === 'string' && traceparent.test(header) && !header.startsWith('ff') ? header.slice(0, 55) : null;

/** Where a command of this request comes from. @param cause what it repeats, when it may be a repeat */
export const commandContext = (
  request: FastifyRequest,
  actor: Actor,
  commandId: CommandId,
  cause: string | null = null,
): CommandContext => ({
  commandId,
  actor,
  correlationId: `request:${request.id}`,
  causationId: cause,
  traceparent: traceparentOf(request.headers['traceparent']),
});
