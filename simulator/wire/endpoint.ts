import type { World } from '../world/world.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

/** What the endpoints work on. */
export type Simulation = Readonly<{
  world: World;
  /** Origin that browsers reach the simulator at, without a trailing slash. */
  publicUrl: () => string;
}>;

/**
 * One address of the simulated TikTok. `handle` is synchronous, but for bodies that are streamed, so that whatever it changes in the world is one step
 * that no other call sees half done; the change is stored before the answer goes out.
 */
export type Endpoint = Readonly<{
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /** What faults and the record of calls name it by; may depend on what is asked, as in `token.refresh`. */
  name: (call: Call) => string;
  handle: (simulation: Simulation, call: Call, body: AsyncIterable<Uint8Array>) => Answer | Promise<Answer>;
  /** The body is bytes without a limit, and `call.body` stays empty. */
  streamsBody?: boolean;
  /** Whether a call may change the world, so that it has to be stored. */
  changesWorld?: boolean;
}>;
