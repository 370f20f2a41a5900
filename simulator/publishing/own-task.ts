import { err, ok, type Result } from 'neverthrow';
import type { Visitor } from '../display/visitor.ts';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import { dataError } from '../wire/json-answer.ts';
import type { PublishTask } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';

/** The task a `publish_id` names, if it is of this token's account and app. */
export function ownTask(world: World, call: Call, { access, account }: Visitor, publishId: string | undefined): Result<PublishTask, Answer> {
  const task = world.publishing.tasks.get(publishId ?? '');
  if (task === undefined) return err(dataError(world.settings, call, 'invalid_publish_id', 'The publish_id does not exist.'));
  if (task.accountId !== account.id || task.clientKey !== access.grant.clientKey) {
    const words = 'The access token is not authorized for the specified publish_id.';
    return err(dataError(world.settings, call, 'token_not_authorized_for_specified_publish_id', words));
  }
  return ok(task);
}
