import type { CommandContext } from '../execution/command-context.ts';
import type { WorkHandler, WorkOutcome } from '../work-lists/work-handler.ts';
import { spread } from '../work-lists/work-of-connection.ts';
import { validateConnection, type ValidatePorts, type ValidationFailure } from './validate-connection.ts';

const day = 24 * 3_600_000;

const after = (days: number): WorkOutcome => ({ kind: 'Later', afterMillis: Math.round(days * day) });

/** One look more or less is no harm: who could not be asked is asked about a day later, so never all together. */
const outcomeOf = (failure: ValidationFailure, place: number): WorkOutcome => {
  switch (failure.kind) {
    case 'ConnectionNotFound':
    case 'NotConnected':
    case 'LifeIsOver':
      return { kind: 'Done' };
    case 'Unavailable':
      return { kind: 'Retry', afterMillis: 60_000, reason: failure.kind };
    default:
      return after(0.75 + place / 2);
  }
};

/** The background's share: about once a day each connection is compared with what TikTok says of it. */
export const validateWhenDue =
  (ports: ValidatePorts): WorkHandler =>
  async ({ connectionId, revision }) => {
    const commandId = ports.ids.commandId();
    const context: CommandContext = {
      commandId,
      actor: { kind: 'system', id: 'validate' },
      correlationId: `work:validate:${connectionId}:${revision}`,
      causationId: `${connectionId}@${revision}`,
      traceparent: null,
    };
    const place = spread(commandId);
    const validated = await validateConnection(ports, context, connectionId);
    return validated.isOk() ? after(0.95 + place / 10) : outcomeOf(validated.error, place);
  };
