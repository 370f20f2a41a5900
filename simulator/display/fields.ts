import { err, ok, type Result } from 'neverthrow';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import { dataError } from '../wire/json-answer.ts';
import type { World } from '../world/world.ts';

/** The names of the `fields` parameter, each of them known. */
export function readFields(world: World, call: Call, known: (name: string) => boolean): Result<readonly string[], Answer> {
  const names = (call.query.get('fields') ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !known(name));
  if (names.length === 0) return err(dataError(world.settings, call, 'invalid_params', 'The fields parameter is missing or empty.'));
  if (unknown.length > 0) return err(dataError(world.settings, call, 'invalid_params', `Invalid fields: ${unknown.join(',')}`));
  return ok([...new Set(names)]);
}

/** Only the fields asked for, without the empty ones where TikTok happens to leave them out. */
export function pickFields(
  world: World,
  call: Call,
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const { emptyFields } = world.settings;
  const omitsEmpty = emptyFields === 'omitted' || (emptyFields === 'sometimes_omitted' && call.dice() < 0.5);
  const picked = names.map((name) => [name, values[name]] as const);
  return Object.fromEntries(omitsEmpty ? picked.filter(([, value]) => value !== '') : picked);
}
