import { err, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Principal } from '../execution/principal.ts';
import type { CreatorInfo } from '../ports/tiktok-publishing.ts';
import { creatorInfo, type CreatorFailure, type CreatorPorts } from './creator.ts';
import { usableConnection, type UnusableConnection } from './usable-connection.ts';

/** What TikTok says of the creator behind a connection of this caller's, now. */
export const creatorOfConnection = async (
  ports: CreatorPorts,
  context: CommandContext,
  principal: Principal,
  id: ConnectionId,
): Promise<Result<CreatorInfo, UnusableConnection | CreatorFailure>> => {
  const usable = await usableConnection(ports.eventStore, principal, id);
  return usable.isErr() ? err(usable.error) : creatorInfo(ports, context, id, context.commandId);
};
