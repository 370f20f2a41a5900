import type { CommandId } from '../../domain/values/ids.ts';
import type { Actor } from './actor.ts';

/** Where a command comes from; goes into the metadata of every event it causes. */
export type CommandContext = Readonly<{
  commandId: CommandId;
  actor: Actor;
  /** The request or job that began it all. */
  correlationId: string;
  /** The event or request that led here directly. */
  causationId: string | null;
  /** W3C trace context, when there is one. */
  traceparent: string | null;
}>;
