import { expect } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { opening, run, type Ran } from './command-line.ts';
import { openInstallation, type Installation } from './installation.ts';

export const events = 'tiktok_connections.events';
export const connections = 'tiktok_connections.connections';
export const forSqlReaders = 'public.user_tiktok_connections';
export const workItems = 'tiktok_connections.work_items';

/** The exit code and the differences of a run that found none. */
export const clean = [0, []];

/** Ada has connected three times, Bob once, and has disconnected; projectors have seen all of it. */
export interface VerifiedInstallation {
  readonly installation: Installation;
  readonly ada: ConnectionId;
  readonly bob: ConnectionId;
  readonly streamOfAda: StreamName;
  putBack(): Promise<void>;
  tamper: Installation['tamper'];
  verify(...argv: readonly string[]): Promise<Ran>;
  /** The exit code and the listed differences; nothing that is printed may be personal or sealed. */
  found(...argv: readonly string[]): Promise<readonly [number, unknown]>;
}

export const openVerifiedInstallation = async (): Promise<VerifiedInstallation> => {
  const installation = await openInstallation();
  const ada = await installation.connect('open-ada', 'user_ada');
  const bob = await installation.connect('open-bob', 'user_bob');
  await installation.connect('open-ada', 'user_ada');
  await installation.disconnect(bob);
  await installation.connect('open-ada', 'user_ada');
  await installation.project();
  const putBack = await installation.remember();
  const verify = (...argv: readonly string[]): Promise<Ran> => run(opening(installation.toolbox), 'verify', ...argv);
  return {
    installation,
    ada,
    bob,
    streamOfAda: connectionStream(ada),
    putBack,
    tamper: (sql, ...values) => installation.tamper(sql, ...values),
    verify,
    found: async (...argv) => {
      const ran = await verify(...argv, '--json');
      expect(ran.out.join()).not.toMatch(/Name of|open-ada|s1\./);
      const { differences } = Object.fromEntries(Object.entries(ran.document() ?? {}));
      return [ran.exitCode, differences];
    },
  };
};
