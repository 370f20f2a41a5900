import { err, ok } from 'neverthrow';
import { eraseConnection, type EraseFailure } from '../../../application/erasing/erase-connection.ts';
import { foreseeErasure, type ErasureForeseen } from '../../../application/erasing/erase-lives.ts';
import { eraseUser, foreseeErasureOfUser } from '../../../application/erasing/erase-user.ts';
import type { CommandContext } from '../../../application/execution/command-context.ts';
import type { ConnectionId, UserId } from '../../../domain/values/ids.ts';
import type { Work } from '../command-runner.ts';
import { operator } from '../operator.ts';
import { away, done, type Refusal } from '../outcome.ts';
import { count, printable } from '../printable.ts';
import { refusalOfUnavailable, unknownConnection } from '../refusals.ts';
import type { Toolbox } from '../toolbox.ts';

const byOperator = { kind: 'operator' } as const;

/** Where a command of the command line comes from. */
export const operatorContext = ({ ids }: Toolbox): CommandContext => {
  const commandId = ids.commandId();
  return { commandId, actor: { kind: 'system', id: operator }, correlationId: `command:${commandId}`, causationId: null, traceparent: null };
};

const changedMeanwhile: Refusal = away('A connection was changed by somebody else in the meantime: run it again.');

export const refusalOfErasing = (failure: EraseFailure, id: ConnectionId | null): Refusal => {
  switch (failure.kind) {
    case 'Unavailable':
    case 'UnreadableHistory':
      return failure.kind === 'Unavailable' ? refusalOfUnavailable(failure) : away(`Event ${failure.revision} of ${failure.stream} cannot be read by this version (${failure.reason}): run \`verify\`.`);
    case 'ConnectionNotFound':
    case 'NotConnected':
      return id === null ? changedMeanwhile : unknownConnection(id);
    default:
      return changedMeanwhile;
  }
};

const foreseenDocument = (connectionId: ConnectionId, { lives, disconnects }: ErasureForeseen) => ({ connection_id: connectionId, lives, disconnects });

const foreseenLine = (connectionId: ConnectionId, { lives, disconnects }: ErasureForeseen): string => {
  if (lives.length === 0) return `${connectionId}: everything is erased already.`;
  return `${connectionId}: would ${disconnects ? 'disconnect it and ' : ''}erase ${lives.length === 1 ? 'life' : 'lives'} ${lives.join(', ')}.`;
};

export const wouldEraseConnection =
  (connectionId: ConnectionId): Work =>
  async ({ erasing }) => {
    const foreseen = await foreseeErasure(erasing, { connectionId, chosen: { kind: 'all' }, requestedBy: byOperator });
    if (foreseen.isErr()) return err(refusalOfErasing(foreseen.error, connectionId));
    const document = { user_id: null, would_erase: [foreseenDocument(connectionId, foreseen.value)], dry_run: true };
    return ok(done(document, [foreseenLine(connectionId, foreseen.value)]));
  };

export const wouldEraseUser =
  (userId: UserId): Work =>
  async ({ erasing }) => {
    const foreseen = await foreseeErasureOfUser(erasing, userId);
    if (foreseen.isErr()) return err(refusalOfErasing(foreseen.error, null));
    const all = [...foreseen.value];
    const document = { user_id: userId, would_erase: all.map(([id, one]) => foreseenDocument(id, one)), dry_run: true };
    return ok(done(document, all.map(([id, one]) => foreseenLine(id, one)), all.length === 0 ? [nothingOf(userId)] : []));
  };

const keysGoNext = 'The keys are destroyed by the running service within seconds, or by the next start when none runs.';
const nothingOf = (userId: UserId): string => `${printable(userId)} never connected an account.`;

export const eraseOneConnection =
  (connectionId: ConnectionId): Work =>
  async (toolbox) => {
    const erased = await eraseConnection(toolbox.erasing, operatorContext(toolbox), byOperator, operator, connectionId);
    if (erased.isErr()) return err(refusalOfErasing(erased.error, connectionId));
    return ok(done({ user_id: null, erased: [connectionId] }, [`Erased ${connectionId}.`], [keysGoNext]));
  };

export const eraseOneUser =
  (userId: UserId): Work =>
  async (toolbox) => {
    const erased = await eraseUser(toolbox.erasing, operatorContext(toolbox), byOperator, operator, userId);
    if (erased.isErr()) return err(refusalOfErasing(erased.error, null));
    const ids = erased.value;
    const lines = ids.length === 0 ? [] : [...ids.map((id) => `Erased ${id}.`), `${count(ids.length, 'connection')} of ${printable(userId)}.`];
    return ok(done({ user_id: userId, erased: ids }, lines, [ids.length === 0 ? nothingOf(userId) : keysGoNext]));
  };
