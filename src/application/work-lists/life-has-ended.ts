import type { ConnectionState } from '../../domain/connection/state.ts';

/** Whether this life of the connection is over: work on what it left behind may begin. */
export const lifeHasEnded = (state: ConnectionState, life: number): boolean =>
  state.status !== 'none' && (state.life > life || (state.life === life && state.status === 'disconnected'));
