import { expect } from 'vitest';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import type { ConnectingWorld, Somebody } from './connecting-world.ts';

/** The tokens of the newest consent, opened, are ones that TikTok gave this account and honours. */
const expectLivingTokens = async (world: ConnectingWorld, person: Somebody, connectionId: ConnectionId): Promise<void> => {
  const last = (await world.history(connectionId)).at(-1);
  if (last?.readable !== true || last.event.type !== 'Connected') throw new Error('the last event is no consent');
  const { life, tokens, profile } = last.event.data;
  const place = { connectionId, life };
  const opened = await world.service.get('sealer').openAll([
    { context: { ...place, purpose: 'tokens', field: 'access_token' }, sealed: tokens.access },
    { context: { ...place, purpose: 'tokens', field: 'refresh_token' }, sealed: tokens.refresh },
    { context: { ...place, purpose: 'profile', field: 'profile' }, sealed: profile },
  ]);
  const [access, refresh, shown] = opened._unsafeUnwrap().map((each) => each._unsafeUnwrap().reveal());
  const honoured = (await world.tiktok.tokens(person.account)).filter(({ status }) => status === 'alive').map(({ kind, token }) => [kind, token]);
  expect(honoured).toContainEqual(['access', access]);
  expect(honoured).toContainEqual(['refresh', refresh]);
  expect(shown).toContain(`Name of ${person.account}`);
};

/**
 * Expects that history, rows and keys say the same: no connection at all, or a whole one, and answers which.
 * @param events how many the history should have
 */
export const expectWhole = async (world: ConnectingWorld, person: Somebody, events: number): Promise<'none' | 'active' | 'disconnected'> => {
  const id = await world.connectionOf(person);
  const history = await world.history(id);
  expect(history).toHaveLength(events);
  const last = history.at(-1)?.type;
  const status = last === undefined ? 'none' : last === 'Connected' ? 'active' : 'disconnected';
  const { views, rows } = await world.seen(person);
  expect(views.map((view) => ({ id: view.id, status: view.status, revision: view.revision }))).toEqual(
    status === 'none' ? [] : [{ id, status, revision: events }],
  );
  expect(rows).toEqual(status === 'active' ? [id] : []);
  if (status === 'active') await expectLivingTokens(world, person, id);
  return status;
};
