import { err, ok } from 'neverthrow';
import { readHistory } from '../../../application/auditing/history.ts';
import type { Moment } from '../../../application/auditing/moment.ts';
import { stateAt } from '../../../application/auditing/state-at.ts';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { Outcome } from '../command-runner.ts';
import { connectionDocument } from '../connection-document.ts';
import { connectionParagraph, historyDone } from '../history-text.ts';
import { operator } from '../operator.ts';
import { done } from '../outcome.ts';
import { refusalOfReading } from '../refusals.ts';
import type { Toolbox } from '../toolbox.ts';

export const showConnectionAt = async (toolbox: Toolbox, connectionId: ConnectionId, moment: Moment): Promise<Outcome> => {
  const state = await stateAt(toolbox, { connectionId, moment, viewer: { kind: 'service' } }, operator);
  if (state.isErr()) return err(refusalOfReading(state.error, connectionId, ', or none at that moment'));
  return ok(done(connectionDocument(state.value), connectionParagraph(state.value)));
};

export const showConnection = async (toolbox: Toolbox, connectionId: ConnectionId, from: number, limit: number | null): Promise<Outcome> => {
  const history = await readHistory(toolbox, { connectionId, viewer: { kind: 'service' }, from, limit }, operator);
  return history.isErr() ? err(refusalOfReading(history.error, connectionId)) : ok(historyDone(history.value));
};
