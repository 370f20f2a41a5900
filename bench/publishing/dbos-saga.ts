import { z } from 'zod';
import type { TikTokCalls } from './tiktok-calls.ts';

type Workflow = (token: string) => Promise<string>;
type Dbos = Readonly<{
  setConfig: (config: object) => void;
  registerWorkflow: (work: Workflow, options: Readonly<{ name: string }>) => Workflow;
  runStep: <Answer>(step: () => Promise<Answer>, options: Readonly<{ name: string }>) => Promise<Answer>;
  launch: () => Promise<void>;
  shutdown: (options: Readonly<{ deregister: boolean }>) => Promise<void>;
}>;

// Not a dependency of the service: looked up by name, so that the sources type-check where bench/ is not installed.
const library: string = '@dbos-inc/dbos-sdk';
const entrance = z.object({ DBOS: z.custom<Dbos>((value) => typeof value === 'function') });

export interface DurableSaga extends AsyncDisposable {
  publish: Workflow;
}

/** The same calls as a DBOS workflow, each a step that is durable when it is done. DBOS makes its tables itself. */
export const openDbosSaga = async (databaseUrl: string, calls: TikTokCalls): Promise<DurableSaga> => {
  const imported: unknown = await import(library);
  const { DBOS } = entrance.parse(imported);
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: 16, logLevel: 'error', enableOTLP: false });
  const publish = DBOS.registerWorkflow(
    async (token) => {
      await DBOS.runStep(() => calls.creatorInfo(token), { name: 'creator_info' });
      const { publishId, uploadUrl } = await DBOS.runStep(() => calls.start(token, 'Bench'), { name: 'start' });
      await DBOS.runStep(() => calls.put(uploadUrl), { name: 'put' });
      return DBOS.runStep(() => calls.status(token, publishId), { name: 'status' });
    },
    { name: 'publish' },
  );
  await DBOS.launch();
  // DBOS takes the object that a workflow is called on for an instance of its own.
  return { publish: (token) => publish(token), [Symbol.asyncDispose]: () => DBOS.shutdown({ deregister: true }) };
};
