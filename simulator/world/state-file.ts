import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { mistakesIn } from '../wire/mistakes.ts';
import { simulatedAccountSchema } from './account.ts';
import { simulatedAppSchema, type SimulatedApp } from './app.ts';
import { clockSettingSchema } from './clock.ts';
import { accessTokenSchema, grantKey, grantSchema, issuedCodeSchema, refreshTokenSchema } from './grant.ts';
import { postSchema } from './post.ts';
import { publishTaskSchema } from './publish-task.ts';
import { createPublishing } from './publishing.ts';
import { settingsSchema } from './settings.ts';
import type { StateStore } from './state-store.ts';
import { createWorld, now, type World } from './world.ts';

const stateSchema = z.object({
  version: z.literal(1),
  seed: z.string(),
  starts: z.number().int(),
  clock: clockSettingSchema,
  settings: settingsSchema,
  apps: z.array(simulatedAppSchema),
  accounts: z.array(simulatedAccountSchema),
  grants: z.array(grantSchema),
  codes: z.array(issuedCodeSchema),
  accessTokens: z.array(accessTokenSchema),
  refreshTokens: z.array(refreshTokenSchema),
  serials: z.record(z.string(), z.number()),
  tasks: z.array(publishTaskSchema).default([]),
  posts: z.array(postSchema).default([]),
});

/**
 * The world a state file holds, or a new one when there is no such file. Apps and accounts of the file stay as they
 * were last changed; apps it does not know are added.
 * @throws Error with a sentence for people, when the file can't be used
 */
export async function loadWorld(file: string, seed: string, apps: readonly SimulatedApp[]): Promise<World> {
  const text = await readFile(file, 'utf8').catch((problem: unknown) => {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return null;
    throw problem;
  });
  if (text === null) return createWorld(seed, apps);
  const state = parseState(file, text);
  if (state.seed !== seed) {
    throw new Error(`The state file ${file} was made with the seed "${state.seed}", not "${seed}": give that seed, or another file.`);
  }
  const world = createWorld(seed, [...apps, ...state.apps]);
  return {
    ...world,
    starts: state.starts + 1,
    clock: state.clock,
    settings: state.settings,
    accounts: new Map(state.accounts.map((account) => [account.id, account])),
    grants: new Map(state.grants.map((grant) => [grantKey(grant.clientKey, grant.accountId), grant])),
    codes: new Map(state.codes.map((code) => [code.code, code])),
    accessTokens: new Map(state.accessTokens.map((token) => [token.token, token])),
    refreshTokens: new Map(state.refreshTokens.map((token) => [token.token, token])),
    serials: new Map(Object.entries(state.serials)),
    publishing: createPublishing(state.tasks, state.posts),
  };
}

function parseState(file: string, text: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (problem) {
    const reason = problem instanceof z.ZodError ? mistakesIn(problem) : String(problem);
    throw new Error(`The state file ${file} can't be read as one of this simulator: ${reason}`, { cause: problem });
  }
}

/** Writes the whole world on each save, under another name first; saves that wait for each other share one writing. */
export function createStateFile(file: string, world: World): StateStore {
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | null = null;
  return {
    save: () => {
      waiting ??= writing
        .catch(() => undefined)
        .then(() => {
          waiting = null;
          writing = write(file, stateText(world));
          return writing;
        });
      return waiting;
    },
  };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

/** What died for good is left out: an unknown token is refused just as a dead one is. */
function stateText(world: World): string {
  const time = now(world);
  const alive = (held: Readonly<{ expiresAt: number; endedBy: string | null }>): boolean => held.endedBy === null && held.expiresAt > time;
  return JSON.stringify({
    version: 1,
    seed: world.seed,
    starts: world.starts,
    clock: world.clock,
    settings: world.settings,
    apps: [...world.apps.values()],
    accounts: [...world.accounts.values()],
    grants: [...world.grants.values()],
    codes: [...world.codes.values()].filter(alive),
    accessTokens: [...world.accessTokens.values()].filter(alive),
    refreshTokens: [...world.refreshTokens.values()].filter((token) => alive(token) || token.graceUntil !== null),
    serials: Object.fromEntries(world.serials),
    tasks: [...world.publishing.tasks.values()],
    posts: [...world.publishing.posts.values()],
  } satisfies z.input<typeof stateSchema>);
}
