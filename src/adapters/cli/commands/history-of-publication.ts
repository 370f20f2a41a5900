import { err, ok } from 'neverthrow';
import type { Moment } from '../../../application/auditing/moment.ts';
import { readPublicationHistory } from '../../../application/auditing/publication-history.ts';
import { publicationStateAt } from '../../../application/auditing/publication-state-at.ts';
import type { PublicationId } from '../../../domain/values/ids.ts';
import type { Outcome } from '../command-runner.ts';
import { historyDone, publicationParagraph } from '../history-text.ts';
import { operator } from '../operator.ts';
import { done } from '../outcome.ts';
import { publicationDocument } from '../publication-document.ts';
import { refusalOfReading } from '../refusals.ts';
import type { Toolbox } from '../toolbox.ts';

export const showPublicationAt = async (toolbox: Toolbox, publicationId: PublicationId, moment: Moment): Promise<Outcome> => {
  const state = await publicationStateAt(toolbox, publicationId, moment, operator);
  if (state.isErr()) return err(refusalOfReading(state.error, publicationId, ' at that moment yet'));
  return ok(done(publicationDocument(state.value), publicationParagraph(state.value)));
};

export const showPublication = async (toolbox: Toolbox, publicationId: PublicationId, from: number, limit: number | null): Promise<Outcome> => {
  const history = await readPublicationHistory(toolbox, { publicationId, viewer: { kind: 'service' }, from, limit }, operator);
  return history.isErr() ? err(refusalOfReading(history.error, publicationId)) : ok(historyDone(history.value));
};
