import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import { enter, type Answer } from './connection.ts';
import { freePort } from './free-port.ts';
import { writeLaunchRecord, type LaunchRecord } from './launch-record.ts';
import { launchPostmaster } from './postmaster.ts';
import { isServerOf } from './proof-of-identity.ts';
import { problem, problemFromText, type EmbeddedPostgresProblem } from './problem.ts';
import { openServerLog } from './server-log.ts';
import { socketDirectory } from './socket-directory.ts';
import { startedWith, type Serving, type Start } from './start.ts';

/** What the server wrote to its log, or how it answered, when a launch failed. */
type Failure = Readonly<{ code: string; said: string }>;

const portTaken = /could not create any TCP\/IP sockets|Address already in use/;
const backendsLeft = /pre-existing shared memory block/;
const wrongPassword = '28P01';

/** Backends of a killed server end with their statement; recovery of a large one may take minutes. */
const backendsPatienceMilliseconds = 30_000;
const startPatienceMilliseconds = 600_000;
const pauseMilliseconds = 100;

export const launchServer = async (start: Start, last: LaunchRecord | undefined): Promise<Result<Serving, EmbeddedPostgresProblem>> => {
  const backendsUntil = performance.now() + backendsPatienceMilliseconds;
  for (;;) {
    const port = await choosePort(start, last);
    if (port === undefined) return err(portProblem(start));
    const launched = await launchOnce(start, port, last);
    if (launched.isOk()) return ok(launched.value);
    const { code, said } = launched.error;
    if (code === wrongPassword) return err(passwordProblem(start));
    if (backendsLeft.test(said) && performance.now() < backendsUntil) await delay(pauseMilliseconds);
    else if (!portTaken.test(said)) return err(problemFromText(said, 'start', start.paths.dataDir));
  }
};

const choosePort = async ({ port, log }: Start, last: LaunchRecord | undefined): Promise<number | undefined> => {
  if (port !== undefined) return freePort(port);
  if (last === undefined) return freePort(0);
  const kept = await freePort(last.port);
  if (kept === undefined) log(`Port ${last.port}, where PostgreSQL listened before, is taken by another program; it moves.`);
  return kept ?? freePort(0);
};

const launchOnce = async (start: Start, port: number, last: LaunchRecord | undefined): Promise<Result<Serving, Failure>> => {
  const { footing, paths, lock, settings } = start;
  const listening = { port, socketDirectory: await socketDirectory(footing.account, last?.socketDirectory), token: randomUUID() };
  await writeLaunchRecord(paths.launchRecord, { ...listening, startedWith: startedWith(start) });
  const log = await openServerLog(paths.log);
  const onUnexpectedEnd = (how: string): void => start.log(`PostgreSQL ended (${how}); its log is ${paths.log}`);
  const launch = { dataDir: paths.dataDir, listening, settings, logDescriptor: log.descriptor, onUnexpectedEnd };
  const postmaster = launchPostmaster(footing, lock, launch);
  const door = { port, password: start.password, database: start.database };
  const until = performance.now() + startPatienceMilliseconds;
  let serving = false;
  try {
    const answer = await enter(door, async () => (await postmaster.isGone()) || performance.now() > until);
    serving = await isTheOne(answer, paths.dataDir, listening.token);
    if (serving) return ok({ postmaster, door, socketDirectory: listening.socketDirectory, adopted: false });
    await postmaster.stop();
    return err({ code: 'code' in answer ? answer.code : '', said: await log.tail() });
  } finally {
    if (!serving) await postmaster.stop();
    await log.close();
  }
};

const isTheOne = async (answer: Answer, dataDir: string, token: string): Promise<boolean> => {
  if (!('session' in answer)) return false;
  try {
    return await isServerOf(answer.session, dataDir, token);
  } finally {
    await answer.session.end();
  }
};

const portProblem = ({ port }: Start): EmbeddedPostgresProblem =>
  problem('PortTaken', `Port ${port ?? 'for PostgreSQL'} on 127.0.0.1 is taken by another program.`, 'Stop that program, choose another port');

const passwordProblem = ({ paths }: Start): EmbeddedPostgresProblem =>
  problem(
    'PasswordMissing',
    `The password in ${paths.password} is not that of the data directory ${paths.dataDir}.`,
    'Restore both from the same backup',
  );
